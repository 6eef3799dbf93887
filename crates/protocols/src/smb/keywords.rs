//! What rules can say of it.

use engine::buffer::{BufferDef, Provider, Source, TxBytes, tx_as};
use engine::keyword::{Keyword, Kind, Problem};
use engine::keywords::integer::{Snort2Range, read};
use engine::rule::{TxNumber, TxPlace};

use super::auth::Authenticate;
use super::tx::{Body, TreeConnect};
use super::{NAME, SmbTx};

/// `smb.named_pipe`: the share for pipes that a client connects to.
pub static SMB_NAMED_PIPE: Keyword = Keyword {
    name: "smb.named_pipe",
    aliases: &["smb_named_pipe"],
    summary: "the share for pipes that a client connects to",
    docs: "The name of the share in a tree connect, when it is one for pipes: `\\\\host\\IPC$`. A sticky buffer.",
    example: "alert smb any any -> any any (msg:\"a\"; smb.named_pipe; content:\"IPC$\"; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&NAMED_PIPE),
};

/// `smb.share`: the share for files that a client connects to.
pub static SMB_SHARE: Keyword = Keyword {
    name: "smb.share",
    aliases: &["smb_share"],
    summary: "the share for files that a client connects to",
    docs: "The name of the share in a tree connect, when it is none for pipes: `\\\\host\\C$`. A sticky buffer.",
    example: "alert smb any any -> any any (msg:\"a\"; smb.share; content:\"C$\"; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&SHARE),
};

/// `smb.ntlmssp_user`: who logs in.
pub static SMB_NTLMSSP_USER: Keyword = Keyword {
    name: "smb.ntlmssp_user",
    aliases: &[],
    summary: "the user who logs in by NTLMSSP",
    docs: "The user in the NTLMSSP message of a session setup. A sticky buffer.",
    example: "alert smb any any -> any any (msg:\"a\"; smb.ntlmssp_user; content:\"Administrator\"; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&USER),
};

/// `smb.ntlmssp_domain`: the domain of who logs in.
pub static SMB_NTLMSSP_DOMAIN: Keyword = Keyword {
    name: "smb.ntlmssp_domain",
    aliases: &[],
    summary: "the domain of the user who logs in by NTLMSSP",
    docs: "The domain in the NTLMSSP message of a session setup. A sticky buffer.",
    example: "alert smb any any -> any any (msg:\"a\"; smb.ntlmssp_domain; content:\"WORKGROUP\"; sid:1;)",
    deviation: None,
    kind: Kind::StickyBuffer(&DOMAIN),
};

/// `smb.version`: 1 or 2.
pub static SMB_VERSION: Keyword = Keyword {
    name: "smb.version",
    aliases: &[],
    summary: "the version of a command: 1, or 2 for SMB 2 and 3",
    docs: "A condition on the version of SMB that a command is written in: 1, or 2, which SMB 3 has too. Once in a rule.",
    example: "alert smb any any -> any any (msg:\"a\"; smb.version:1; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|draft, arg| {
        draft
            .once("smb.version")
            .map_err(|_| Problem::new("Can't use 2 or more smb.version declarations in the same rule"))?;
        Ok(Box::new(TxNumber {
            places: &[TxPlace {
                protocol: NAME,
                at: [Some(0), Some(0)],
            }],
            get: |tx, _, index| {
                let tx = tx_as::<SmbTx>(tx)?;
                (index == 0).then_some(tx.version.into())
            },
            predicate: read(arg, u64::from(u8::MAX), Snort2Range::Inclusive)?,
        }))
    }),
};

static NAMED_PIPE: BufferDef = BufferDef {
    name: "smb.named_pipe",
    source: Source::Transaction(&[sent(|tx, _, _, _| {
        shared(tx_as(tx)?, true).filter(|text| !text.is_empty())
    })]),
    multi: false,
};

static SHARE: BufferDef = BufferDef {
    name: "smb.share",
    source: Source::Transaction(&[sent(|tx, _, _, _| {
        shared(tx_as(tx)?, false).filter(|text| !text.is_empty())
    })]),
    multi: false,
};

static USER: BufferDef = BufferDef {
    name: "smb.ntlmssp_user",
    source: Source::Transaction(&[sent(|tx, _, _, _| {
        ntlmssp(tx_as(tx)?)
            .map(|n| n.user.as_slice())
            .filter(|text| !text.is_empty())
    })]),
    multi: false,
};

static DOMAIN: BufferDef = BufferDef {
    name: "smb.ntlmssp_domain",
    source: Source::Transaction(&[sent(|tx, _, _, _| {
        ntlmssp(tx_as(tx)?)
            .map(|n| n.domain.as_slice())
            .filter(|text| !text.is_empty())
    })]),
    multi: false,
};

/// What a client sends with its command.
const fn sent(get: TxBytes) -> Provider {
    Provider {
        protocol: NAME,
        at: [Some(1), None],
        streaming: false,
        get,
    }
}

fn shared(tx: &SmbTx, pipe: bool) -> Option<&[u8]> {
    match &tx.body {
        Body::TreeConnect(TreeConnect {
            share, pipe: is_pipe, ..
        }) if *is_pipe == pipe => Some(share),
        _ => None,
    }
}

fn ntlmssp(tx: &SmbTx) -> Option<&Authenticate> {
    match &tx.body {
        Body::SessionSetup(setup) => setup.ntlmssp.as_ref(),
        _ => None,
    }
}
