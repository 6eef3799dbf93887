//! The EVE record.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use engine::app_layer::{Fields, LogContext, Settings};
use engine::buffer::tx_as;
use serde::Serialize;

use super::hello::Hello;
use super::transaction::{Side, TlsTx};
use super::version::Version;
use super::{NAME, date, ja3};

/// What the configuration says of the record: its fields, by the names that `custom` has for them.
struct Wanted {
    list: &'static [&'static str],
    /// Those that the configuration lists, instead.
    custom: Vec<String>,
    resumption: bool,
}

#[derive(Default, Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    own: Chain<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_resumed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sni: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ja3: Option<Ja3<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ja3s: Option<Ja3<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ja4: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<Chain<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    client_alpns: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    server_alpns: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_handshake: Option<ClientHandshake<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_handshake: Option<ServerHandshake<'a>>,
}

/// The certificates of a side.
#[derive(Default, Serialize)]
struct Chain<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuerdn: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    subjectaltname: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notbefore: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notafter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chain: Vec<String>,
}

#[derive(Serialize)]
struct Ja3<'a> {
    hash: &'a str,
    string: &'a str,
}

#[derive(Serialize)]
struct ClientHandshake<'a> {
    version: Cow<'a, str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ciphers: &'a [u16],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    exts: &'a [u16],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    sig_algs: &'a [u16],
}

#[derive(Serialize)]
struct ServerHandshake<'a> {
    version: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cipher: Option<u16>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    exts: &'a [u16],
}

/// Writes the record: of a connection with a certificate, of a resumed one where that is asked for, and of TLS 1.3, whose
/// certificates are encrypted. Alerts show what there is.
pub(super) fn write(context: &LogContext<'_>, fields: &mut Fields) {
    let Some(tx) = tx_as::<TlsTx>(context.tx) else { return };
    let wanted = Wanted::read(context.options, context.alert.is_some());
    // Suricata: whatever version newer than 1.2 the server chooses by extension has no certificate to wait for.
    let chosen = tx.server.hello.as_ref().and_then(|hello| hello.versions.first());
    let newer = chosen.is_some_and(|version| *version > Version::TLS12);
    let said = tx.server.certificate.is_some()
        || tx.server.version.is_tls13()
        || newer
        || ((tx.same_session || tx.may_resume()) && wanted.resumption);
    if context.alert.is_some() || said {
        fields.add(NAME, &record(tx, &wanted));
    }
}

impl<'a> Ja3<'a> {
    fn of(ja3: &'a ja3::Ja3) -> Self {
        Self {
            hash: &ja3.hash,
            string: &ja3.line,
        }
    }
}

impl Wanted {
    fn read(options: &Settings, alert: bool) -> Self {
        let custom = options.list("custom");
        let extended = options.flag("extended", alert).unwrap_or(true);
        if custom.is_empty() || alert {
            let names = if extended || alert { EXTENDED } else { BASIC };
            return Self {
                list: names,
                custom: Vec::new(),
                resumption: options.flag("session-resumption", extended).unwrap_or(extended),
            };
        }
        Self {
            list: &[],
            custom: custom.iter().map(|name| name.replace('-', "_")).collect(),
            // Suricata: a list of fields has resumed sessions too.
            resumption: true,
        }
    }

    fn has(&self, name: &str) -> bool {
        self.list.contains(&name) || self.custom.iter().any(|wanted| wanted == name)
    }
}

fn record<'a>(tx: &'a TlsTx, wanted: &Wanted) -> Record<'a> {
    let resumed = wanted.has("session_resumed") || wanted.resumption && wanted.has("subject");
    let hello = tx.client.hello.as_deref();
    let answer = tx.server.hello.as_deref();
    let alpns = |hello: Option<&'a Hello>, name| {
        let list = hello.filter(|_| wanted.has(name)).map_or(&[][..], |hello| &hello.alpns);
        list.iter().map(|alpn| String::from_utf8_lossy(alpn)).collect()
    };
    Record {
        own: chain(&tx.server, wanted, ["certificate", "chain"]),
        session_resumed: (resumed && tx.resumed()).then_some(true),
        sni: hello
            .filter(|_| wanted.has("sni"))
            .and_then(|hello| hello.sni.as_deref())
            .map(String::from_utf8_lossy),
        version: wanted.has("version").then(|| tx.version().name()),
        ja3: wanted.has("ja3").then(|| tx.ja3()).flatten().map(Ja3::of),
        ja3s: wanted.has("ja3s").then(|| tx.ja3s()).flatten().map(Ja3::of),
        ja4: wanted.has("ja4").then(|| tx.ja4()).flatten(),
        client: (wanted.has("client") && tx.client.certificate.is_some())
            .then(|| chain(&tx.client, wanted, ["client_certificate", "client_chain"])),
        client_alpns: alpns(hello, "client_alpns"),
        server_alpns: alpns(answer, "server_alpns"),
        client_handshake: hello
            .filter(|_| wanted.has("client_handshake"))
            .map(|hello| ClientHandshake {
                version: hello.version.name(),
                ciphers: &hello.ciphers,
                exts: &hello.extensions,
                sig_algs: &hello.signatures,
            }),
        server_handshake: answer
            .filter(|_| wanted.has("server_handshake"))
            .map(|hello| ServerHandshake {
                version: hello.version.name(),
                cipher: hello.ciphers.first().copied(),
                exts: &hello.extensions,
            }),
    }
}

/// What a side's certificates say; with which fields the first, and all of them, are wanted whole.
fn chain<'a>(side: &'a Side, wanted: &Wanted, whole: [&str; 2]) -> Chain<'a> {
    let encode = |der| BASE64_STANDARD.encode::<&[u8]>(der);
    // Suricata: `client` is one field.
    let all = whole == ["client_certificate", "client_chain"];
    let has = |name: &str| all || wanted.has(name);
    let own = side.certificate.as_deref();
    let [first, every] = whole;
    Chain {
        subject: own.filter(|_| has("subject")).map(|c| c.subject()),
        issuerdn: own.filter(|_| has("issuer")).map(|c| c.issuer()),
        subjectaltname: own.filter(|_| has("subjectaltname")).map_or(&[], |c| c.names()),
        serial: own.filter(|_| has("serial")).map(|c| c.serial()),
        fingerprint: own.filter(|_| has("fingerprint")).map(|c| c.fingerprint()),
        notbefore: own.filter(|_| has("not_before")).map(|c| date::written(c.not_before)),
        notafter: own.filter(|_| has("not_after")).map(|c| date::written(c.not_after)),
        certificate: side.chain().next().filter(|_| wanted.has(first)).map(encode),
        chain: if wanted.has(every) {
            side.chain().map(encode).collect()
        } else {
            Vec::new()
        },
    }
}

/// The fields without `extended`.
const BASIC: &[&str] = &["subject", "issuer"];

/// The fields with `extended`.
const EXTENDED: &[&str] = &[
    "subject",
    "issuer",
    "session_resumed",
    "serial",
    "fingerprint",
    "sni",
    "version",
    "not_before",
    "not_after",
    "ja3",
    "ja3s",
    "ja4",
    "subjectaltname",
    "client_alpns",
    "server_alpns",
];
