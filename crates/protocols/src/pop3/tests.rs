//! Conversations.

use engine::app_layer::Settings;
use engine::buffer::tx_as;

use super::*;
use crate::harness::Conversation;

fn tx(talk: &Conversation, index: usize) -> &Pop3Tx {
    let (_, tx) = talk.transactions().get(index).expect("a transaction");
    tx_as::<Pop3Tx>(tx).expect("of POP3")
}

fn has(talk: &Conversation, index: usize, event: Event) -> bool {
    talk.transactions()
        .get(index)
        .is_some_and(|(state, _)| state.events.has(event as u8))
}

#[test]
fn commands_and_responses_in_any_pieces() {
    for piece in [1, 2, 5, 1000] {
        let mut talk = Conversation::new(&APPLICATION).port(110);
        talk.server(b"+OK POP3 ready\r\n", piece)
            .client(b"USER a@b\r\n", piece)
            .server(b"-ERR no\r\n", piece)
            .client(b"LIST\r\nAUTH PLAIN\r\n", piece)
            .server(b"+OK 2\r\n1 20\r\n..2 30\r\n.\r\n+ \r\n", piece)
            .client(b"c2VjcmV0\r\n", piece)
            .server(b"+OK\r\n", piece);
        let list: Vec<_> = (0..talk.transactions().len()).map(|n| tx(&talk, n)).collect();
        assert_eq!(list.len(), 5, "pieces of {piece}");
        let commands: Vec<_> = list
            .iter()
            .map(|tx| tx.command.as_deref().map(String::from_utf8_lossy))
            .collect();
        let commands: Vec<_> = commands.iter().map(|c| c.as_deref()).collect();
        assert_eq!(
            commands,
            [None, Some("USER"), Some("LIST"), Some("AUTH"), Some("<SASL DATA>")]
        );
        let response = list[2].response.as_ref().expect("a response");
        assert_eq!((response.header.as_slice(), response.data.len()), (&b"2"[..], 2));
        assert!(
            list[1]
                .response
                .as_ref()
                .is_some_and(|r| !r.success && r.header == b"no")
        );
        assert!(
            list[4]
                .response
                .as_ref()
                .is_some_and(|r| r.success && r.header.is_empty())
        );
    }
}

#[test]
fn what_is_wrong_is_noted_and_bounded() {
    let mut settings = Settings::default();
    settings.set("pop3.max-tx", "4");
    let mut talk = Conversation::with(&[&APPLICATION], settings).port(110);
    talk.client(b"USER\r\nHELLO\r\n", 100)
        .client(&[b'x'; 9000], 1000)
        .client(b"\r\nUSER a\r\nSTAT\r\n", 100);
    assert!(has(&talk, 0, Event::IncorrectArgumentCount) && has(&talk, 1, Event::UnknownCommand));
    assert!(has(&talk, 2, Event::RequestTooLong) && has(&talk, 3, Event::TooManyTransactions));
    let mut talk = Conversation::new(&APPLICATION).port(110);
    talk.client(b"LIST\r\n", 100).server(b"+OK\r\n", 100);
    talk.server("1 20\r\n".repeat(40_000).as_bytes(), 60_000);
    assert!(has(&talk, 0, Event::ResponseTooLong));
}

#[test]
fn a_greeting_tells_it_on_any_port() {
    let mut talk = Conversation::with(&[&crate::ftp::APPLICATION, &APPLICATION], Settings::default()).port(9999);
    talk.server(b"+OK Dovecot POP ready\r\n", 100)
        .client(b"USER a\r\n", 100)
        .server(b"+OK\r\n", 100);
    assert_eq!(tx(&talk, 1).command.as_deref(), Some(&b"USER"[..]));
    let mut talk = Conversation::new(&APPLICATION).port(9999);
    talk.server(b"+OK\r\n", 100).client(b"USER a\r\n", 100);
    assert!(talk.flow.protocol().is_none());
}

proptest::proptest! {
    #[test]
    fn any_client_and_server_are_followed(
        client in "((USER|LIST|RETR|AUTH|[ -~]{0,4}) ?[a-z]{0,9}\r?\n){0,9}",
        server in "([+.-](OK|ERR|[ -~]{0,3}) ?[a-z]{0,9}\r\n){0,12}",
        piece in 1usize..60,
    ) {
        let outcome = |piece: usize| {
            let mut talk = Conversation::new(&APPLICATION).port(110);
            talk.client(b"USER x\r\n", 100).client(client.as_bytes(), piece).server(server.as_bytes(), piece).end();
            let list = talk.transactions();
            (0..list.len()).map(|n| {
                let (tx, events) = (tx(&talk, n), list.get(n).map(|(state, _)| state.events));
                (tx.command.clone(), tx.response.as_ref().map(|r| (r.header.clone(), r.data.len())), events)
            }).collect::<Vec<_>>()
        };
        proptest::prop_assert_eq!(outcome(piece), outcome(1000));
    }
}
