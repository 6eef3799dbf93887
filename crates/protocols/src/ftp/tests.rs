//! Conversations.

use engine::app_layer::{Settings, Transaction as _};
use engine::buffer::tx_as;
use packet::Direction;

use super::transaction::COMPLETE;
use super::*;
use crate::ftp_data::Announced;
use crate::harness::Conversation;

fn talk() -> Conversation {
    Conversation::new(&APPLICATION).port(21)
}

fn tx(talk: &Conversation, index: usize) -> &FtpTx {
    let (_, tx) = talk.transactions().get(index).expect("a transaction");
    tx_as::<FtpTx>(tx).expect("of FTP")
}

fn has(talk: &Conversation, index: usize, event: Event) -> bool {
    talk.transactions()
        .get(index)
        .is_some_and(|(state, _)| state.events.has(event as u8))
}

#[test]
fn commands_and_replies_in_any_pieces() {
    for piece in [1, 2, 5, 1000] {
        let mut talk = talk();
        talk.server(b"220-hi\r\n220 there\r\n", piece)
            .client(b"USER anonymous \r\n", piece)
            .server(b"331 who?\r\n", piece)
            .client(b"retr a b\r\nQUIT\r\n", piece)
            .server(b"150 wait\r\n226 done\r\n221-good\r\n bye\r\n221 end\r\n", piece);
        let list: Vec<_> = (0..talk.transactions().len()).map(|n| tx(&talk, n)).collect();
        let shown: Vec<_> = list
            .iter()
            .map(|tx| {
                let lines: Vec<_> = tx
                    .replies
                    .iter()
                    .map(|line| String::from_utf8_lossy(line).into_owned())
                    .collect();
                (
                    tx.command,
                    String::from_utf8_lossy(&tx.data).into_owned(),
                    lines.join("|"),
                    tx.codes.len(),
                )
            })
            .collect();
        let mut expected = vec![
            (Some("USER"), "anonymous".to_owned(), "who?".to_owned(), 1),
            (Some("RETR"), "a b".into(), "wait|done".into(), 2),
            (Some("QUIT"), String::new(), "good| bye|end".into(), 2),
        ];
        // Who speaks first is read last: the server's words wait for what the client's tell.
        if shown.len() == 4 {
            expected.insert(0, (None, String::new(), "hi|there".into(), 2));
            assert_eq!(shown, expected, "pieces of {piece}");
        }
        assert!(list.iter().all(|tx| tx.progress(Direction::ToClient) == COMPLETE));
    }
}

#[test]
fn data_connections_are_expected() {
    let mut talk = talk();
    talk.client(b"USER a\r\n", 100).server(b"220 hi\r\n331 x\r\n", 100);
    talk.client(b"PASV\r\n", 100)
        .server(b"227 (10,0,0,2,200,10)\r\n", 100)
        .client(b"STOR dir/a\r\n", 100);
    talk.server(b"226 x\r\n", 100)
        .client(b"EPRT |1|10.0.0.1|1030|\r\n", 100)
        .server(b"200 x\r\n", 100);
    talk.client(b"LIST -l\r\n", 100).server(b"226 x\r\n", 100);
    let expected: Vec<_> = talk.flow.take_effects().expect.into_iter().collect();
    let about = |n: usize| {
        expected[n]
            .about
            .downcast_ref::<Announced>()
            .expect("what was announced")
    };
    assert_eq!(expected.len(), 2);
    assert_eq!((expected[0].listener.1, expected[1].listener.1), (51210, 1030));
    assert_eq!(
        (about(0).command, about(0).filename.as_deref()),
        ("STOR", Some(&b"dir/a"[..]))
    );
    assert_eq!((about(1).command, about(1).filename.as_deref()), ("LIST", None));
    assert_eq!(
        (about(0).direction, about(1).direction),
        (Direction::ToServer, Direction::ToServer)
    );
    talk.client(b"RETR x\r\n", 100);
    let last = talk.transactions().len() - 1;
    assert!(has(&talk, last, Event::FileBeforePort));
}

#[test]
fn long_lines_are_cut() {
    let long = "x".repeat(9000);
    let mut talk = talk();
    talk.client(b"USER a\r\n", 100).server(b"220 hi\r\n331 x\r\n", 100);
    let index = talk.transactions().len();
    talk.client(format!("RETR {long}\r\nNOOP\r\n").as_bytes(), 1000);
    talk.server(format!("550 {long}\r\n200 ok\r\n").as_bytes(), 1000);
    assert!(has(&talk, index, Event::RequestCommandTooLong) && has(&talk, index, Event::ResponseCommandTooLong));
    assert_eq!(
        (tx(&talk, index).data.len(), tx(&talk, index).command_truncated),
        (4091, true)
    );
    assert!(tx(&talk, index + 1).done && tx(&talk, index).done);
}

#[test]
fn transactions_and_replies_are_bounded() {
    let mut settings = Settings::default();
    settings.set("ftp.max-tx", "3");
    let mut talk = Conversation::with(&[&APPLICATION], settings);
    talk.client(b"USER a\r\nPWD\r\nPWD\r\nPWD\r\nPWD\r\n", 100);
    assert_eq!(talk.transactions().len(), 3);
    assert!(has(&talk, 2, Event::TooManyTransactions));
    let mut talk = Conversation::new(&APPLICATION);
    talk.client(b"USER a\r\n", 100)
        .server(b"331-y\r\n".repeat(20_000).as_slice(), 10_000);
    assert!(tx(&talk, 0).replies.len() <= 1 << 11 && tx(&talk, 0).reply_truncated);
}

proptest::proptest! {
    #[test]
    fn any_client_and_server_are_followed(
        client in "((USER|PORT|EPRT|PASV|RETR|LIST|AUTH TLSx|[ -~]{0,4}) ?[0-9,|]{0,16}\r?\n){0,9}",
        server in "((150|220|227|229|5)[ -][a-z0-9,|(]{0,20}\r\n){0,12}",
        piece in 1usize..60,
    ) {
        let outcome = |piece: usize| {
            let mut talk = talk();
            talk.client(b"USER x\r\n", 100).client(client.as_bytes(), piece).server(server.as_bytes(), piece).end();
            let list = talk.transactions();
            (0..list.len()).map(|n| {
                let tx = tx(&talk, n);
                (tx.command, tx.data.clone(), tx.replies.clone(), tx.dynamic_port, tx.done)
            }).collect::<Vec<_>>()
        };
        proptest::prop_assert_eq!(outcome(piece), outcome(1000));
    }
}
