//! `frame`: a unit of a protocol, as it is on the wire.

use engine::buffer::{BufferDef, Source};
use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};

/// `frame`: a unit of a protocol, as it is on the wire.
pub static FRAME: Keyword = Keyword {
    name: "frame",
    aliases: &[],
    summary: "a unit of a protocol, as it is on the wire",
    docs: "Makes a unit of a protocol the current buffer, with all its bytes and in both directions: `frame:dns.pdu`, or \
           `frame:pdu` in a rule whose header names the protocol. There is `dns.pdu`: a message, over TCP without its \
           length.",
    example: "alert udp any any -> any any (msg:\"a\"; frame:dns.pdu; content:\"|01 00 00 01|\"; offset:2; sid:1;)",
    deviation: Some("Of the frames of other protocols there is none yet: rules that ask for them are refused."),
    kind: Kind::Meta(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let text = arg.required()?.trim();
    let found = FRAMES.iter().copied().find(|frame| {
        frame.name == text
            || frame
                .name
                .strip_suffix(text)
                .and_then(|front| front.strip_suffix('.'))
                .and_then(|protocol| draft.env.app_layer.named(protocol))
                .is_some_and(|set| draft.app == Some(set))
    });
    let frame = found.ok_or_else(|| Problem::new(format!("the frame `{text}` is not supported yet")).unsupported())?;
    if let Source::Transaction(providers) = frame.source {
        draft.narrow_app(providers.iter().map(|provider| provider.protocol))?;
    }
    draft.select(frame);
    Ok(())
}

/// The frames there are, by protocol and name.
static FRAMES: &[&BufferDef] = &[&crate::dns::PDU];
