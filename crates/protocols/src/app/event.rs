//! `app-layer-event`: what is wrong with a transaction, or between protocols.

use engine::app_layer::AppEvent;
use engine::keyword::{Arg, Keyword, Kind, Parsed, Problem, RuleDraft};
use engine::rule::{Hint, PacketCheck, PacketContext, TxCheck, TxContext, TxPlace};

/// `app-layer-event`: what is wrong with a transaction, or between protocols.
pub static APP_LAYER_EVENT: Keyword = Keyword {
    name: "app-layer-event",
    aliases: &[],
    summary: "something is wrong with a transaction, or between protocols",
    docs: "An event that a protocol's parser raised on a transaction: `app-layer-event:http.request_field_missing_colon;`. Names without a \
           protocol are of what goes wrong before any parser: `app-layer-event:applayer_mismatch_protocol_both_directions;`.",
    example: "alert tcp any any -> any any (msg:\"a\"; app-layer-event:applayer_mismatch_protocol_both_directions; sid:1;)",
    deviation: None,
    kind: Kind::Meta(parse),
};

fn parse(draft: &mut RuleDraft<'_>, arg: &Arg<'_>) -> Parsed<()> {
    let text = arg.unquoted()?.to_ascii_lowercase();
    let Some((protocol, event)) = text.split_once('.') else {
        let event = AppEvent::from_name(&text)
            .ok_or_else(|| Problem::new(format!("there is no event `{text}`")).help("write `protocol.event`"))?;
        draft.checks.push(Box::new(BetweenProtocols(event)));
        return Ok(());
    };
    let layer = &draft.env.app_layer;
    let found = layer.iter().find(|(_, app)| app.name == protocol);
    let Some((_, app)) = found else {
        let problem = Problem::new(format!("there is no application protocol `{protocol}`"));
        return Err(if engine::compile::is_pending_protocol(protocol) {
            problem.unsupported()
        } else {
            problem
        });
    };
    let Some(number) = app.event(event) else {
        let unknown = Problem::new(format!("{protocol} has no event `{event}`"));
        if !arg.is_suricata() {
            return Err(unknown);
        }
        // Suricata: a rule for an event that is not (or no longer) there is no mistake, and matches nothing.
        draft
            .warnings
            .push(unknown.help("the rule never matches: leave it out"));
        draft.narrow_app([app.name])?;
        draft.checks.push(Box::new(Never));
        return Ok(());
    };
    draft.narrow_app([app.name])?;
    draft.tx_checks.push(Box::new(EventCheck {
        event: number,
        place: [TxPlace {
            protocol: app.name,
            at: [Some(0), Some(0)],
        }],
    }));
    Ok(())
}

#[derive(Debug)]
struct EventCheck {
    event: u8,
    place: [TxPlace; 1],
}

impl TxCheck for EventCheck {
    fn places(&self) -> &[TxPlace] {
        &self.place
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        context.state.events.has(self.event)
    }

    fn retried(&self) -> bool {
        true
    }

    fn event(&self) -> Option<u8> {
        Some(self.event)
    }
}

#[derive(Debug)]
struct Never;

impl PacketCheck for Never {
    fn matches(&self, _context: &PacketContext<'_>) -> bool {
        false
    }
}

#[derive(Debug)]
struct BetweenProtocols(AppEvent);

impl PacketCheck for BetweenProtocols {
    fn matches(&self, context: &PacketContext<'_>) -> bool {
        context.flow.is_some_and(|flow| flow.app.events.has(self.0))
    }

    fn hint(&self) -> Option<Hint> {
        Some(Hint::AppEvent(self.0 as u8))
    }

    fn requires_packet(&self) -> bool {
        false
    }
}
