//! `app-layer-protocol`: what the flow speaks, without a look at any transaction.

use engine::app_layer::{AppSet, ProtocolId};
use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use engine::rule::{AppFacts, PacketCheck, PacketContext};
use packet::Direction;

/// `app-layer-protocol`: what the flow speaks.
pub static APP_LAYER_PROTOCOL: Keyword = Keyword {
    name: "app-layer-protocol",
    aliases: &[],
    summary: "the application protocol of the flow",
    docs: "The application protocol that was recognised: `app-layer-protocol:http;`, or not: `app-layer-protocol:!http;`. `failed` is none that is \
           known. Nothing matches before recognition is over. A mode may follow after a comma: `final` (what the flow speaks now), `original` (what it \
           spoke before it changed), `either`, `to_server`, `to_client` (what one direction looks like by itself); without one, what the packet's \
           direction looks like.",
    example: "alert tcp any any -> any 22 (msg:\"no SSH on the SSH port\"; app-layer-protocol:!ssh; sid:1;)",
    deviation: None,
    kind: Kind::Meta(parse),
};

/// Which of a flow's protocols is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Direction,
    Final,
    Original,
    Either,
    Side(Direction),
}

#[derive(Debug)]
struct ProtocolCheck {
    /// `None` for `failed`.
    wanted: Option<AppSet>,
    negated: bool,
    mode: Mode,
}

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let text = arg.unquoted()?;
    let (name, mode) = match text.split_once(',') {
        Some((name, mode)) => (name.trim(), read_mode(mode.trim())?),
        None => (text, Mode::Direction),
    };
    let (negated, name) = match name.strip_prefix('!') {
        Some(rest) => (true, rest.trim()),
        None => (false, name),
    };
    let wanted = match name.to_ascii_lowercase().as_str() {
        "failed" => None,
        "unknown" => return Err(Problem::new("`unknown` is not supported: recognition may not be over").unsupported()),
        name => Some(draft.env.app_layer.named(name).ok_or_else(|| {
            let problem = Problem::new(format!("there is no application protocol `{name}`"));
            let problem = problem.help("`ruleids protocols` lists those there are");
            if engine::compile::is_pending_protocol(name) {
                problem.unsupported()
            } else {
                problem
            }
        })?),
    };
    draft.checks.push(Box::new(ProtocolCheck { wanted, negated, mode }));
    Ok(())
}

fn read_mode(text: &str) -> Parsed<Mode> {
    Ok(match text {
        "final" => Mode::Final,
        "original" => Mode::Original,
        "either" => Mode::Either,
        "to_server" | "toserver" => Mode::Side(Direction::ToServer),
        "to_client" | "toclient" => Mode::Side(Direction::ToClient),
        _ => {
            return Err(Problem::new(format!("there is no mode `{text}`"))
                .help("use final, original, either, to_server or to_client"));
        }
    })
}

impl ProtocolCheck {
    fn is(&self, protocol: Option<ProtocolId>) -> bool {
        match (&self.wanted, protocol) {
            (Some(wanted), Some(id)) => wanted.has(id),
            (None, protocol) => protocol.is_none(),
            (Some(_), None) => false,
        }
    }

    fn side(&self, app: &AppFacts, direction: Direction) -> bool {
        let at = direction.index();
        let looks = app.looks.get(at).copied().flatten();
        let over = app.settled.get(at).copied().unwrap_or(false);
        over && self.is(looks.or(app.protocol)) != self.negated
    }
}

impl PacketCheck for ProtocolCheck {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        let Some(flow) = &context.flow else { return false };
        let app = &flow.app;
        let known = app.protocol.is_some() || app.settled == [true; 2];
        match self.mode {
            Mode::Direction => self.side(app, context.direction.unwrap_or(Direction::ToServer)),
            Mode::Side(direction) => self.side(app, direction),
            Mode::Final => known && self.is(app.protocol) != self.negated,
            Mode::Original => known && self.is(app.before.0.or(app.protocol)) != self.negated,
            Mode::Either => known && (self.is(app.protocol) || self.is(app.before.0.or(app.protocol))) != self.negated,
        }
    }

    fn at_recognition(&self) -> bool {
        true
    }

    fn requires_packet(&self) -> bool {
        false
    }
}
