//! Where the handshake stands.

use engine::buffer::tx_as;
use engine::keyword::{Keyword, Kind, Problem};
use engine::rule::{TxCheck, TxContext, TxPlace};

use crate::tls::{HandshakeState, NAME, TlsTx};

/// `ssl_state`: which message came last.
pub static SSL_STATE: Keyword = Keyword {
    name: "ssl_state",
    aliases: &[],
    summary: "which handshake message came last",
    docs: "With the newest data came, last of these: `client_hello`, `server_hello`, `client_keyx` (the client's key \
           exchange), `server_keyx`. Several with `|` or `,` between them: one of them; `!` before one: another, or none. \
           `unknown` is read, and never is.",
    example: "alert tls any any -> any any (msg:\"a\"; ssl_state:client_hello|server_hello; sid:1;)",
    deviation: None,
    kind: Kind::Transaction(|_, arg| {
        let mut state = State { is: 0, is_not: 0 };
        for name in arg.required()?.split(['|', ',']).map(str::trim) {
            let (negated, name) = name.strip_prefix('!').map_or((false, name), |rest| (true, rest.trim()));
            let bit = match name {
                "client_hello" => HandshakeState::ClientHello,
                "server_hello" => HandshakeState::ServerHello,
                "client_keyx" => HandshakeState::ClientKeyx,
                "server_keyx" => HandshakeState::ServerKeyx,
                "unknown" => HandshakeState::Unknown,
                _ => {
                    return Err(Problem::new(format!("`{name}` is no state"))
                        .help("there are `client_hello`, `server_hello`, `client_keyx`, `server_keyx` and `unknown`"));
                }
            } as u8;
            if negated {
                state.is_not |= bit;
            } else {
                state.is |= bit;
            }
        }
        Ok(Box::new(state))
    }),
};

#[derive(Debug)]
struct State {
    is: u8,
    is_not: u8,
}

impl TxCheck for State {
    fn places(&self) -> &[TxPlace] {
        &[TxPlace {
            protocol: NAME,
            at: [Some(0), Some(0)],
        }]
    }

    fn matches(&self, context: &TxContext<'_>) -> bool {
        let Some(tx) = tx_as::<TlsTx>(context.tx) else {
            return false;
        };
        let now = tx.state.map_or(0, |state| state as u8);
        now & self.is != 0 || self.is_not & !now != 0
    }

    fn retried(&self) -> bool {
        true
    }
}
