//! Conversations.

use engine::app_layer::{FileState, Settings, Transaction as _};
use engine::buffer::tx_as;
use packet::Direction;

use super::transaction::COMPLETE;
use super::*;
use crate::harness::Conversation;
use crate::mime::Status;

fn talk() -> Conversation {
    Conversation::new(&APPLICATION).port(25)
}

fn tx(talk: &Conversation, index: usize) -> &SmtpTx {
    let (_, tx) = talk.transactions().get(index).expect("a transaction");
    tx_as::<SmtpTx>(tx).expect("of SMTP")
}

fn has(talk: &Conversation, index: usize, event: Event) -> bool {
    talk.transactions()
        .get(index)
        .is_some_and(|(state, _)| state.events.has(event as u8))
}

/// What the client of one mail says, and what the server says between.
fn mail(talk: &mut Conversation, name: &str, text: &str, piece: usize) {
    let steps = [
        (format!("MAIL FROM:<{name}@a.example> SIZE=10\r\n"), "250 ok\r\n"),
        ("RCPT TO: <x@b.example>\r\n".into(), "250-ok\r\n250 ok\r\n"),
        ("DATA\r\n".into(), "354 go on\r\n"),
        (format!("{text}.\r\n"), "250 queued\r\n"),
    ];
    for (client, server) in steps {
        talk.client(client.as_bytes(), piece).server(server.as_bytes(), piece);
    }
}

fn hello(talk: &mut Conversation, extensions: &str, piece: usize) {
    talk.server(b"220 b.example ESMTP\r\n", piece)
        .client(b"EHLO a.example\r\n", piece)
        .server(format!("250-b.example\r\n{extensions}250 HELP\r\n").as_bytes(), piece);
}

#[test]
fn two_mails_in_any_pieces() {
    for piece in [1, 3, 7, 1000] {
        let mut talk = talk();
        hello(&mut talk, "", piece);
        let text = "Subject: one\r\nContent-Disposition: attachment; filename=f\r\n\r\n..dot\r\nend\r\n";
        mail(&mut talk, "a", text, piece);
        mail(&mut talk, "b", "Subject: two\r\n\r\n", piece);
        talk.client(b"QUIT\r\n", piece).server(b"221 bye\r\n", piece);
        assert_eq!(talk.transactions().len(), 2, "pieces of {piece}");
        let first = tx(&talk, 0);
        assert_eq!(
            (first.helo.as_slice(), first.mail_from.as_deref()),
            (&b"a.example"[..], Some(&b"<a@a.example>"[..]))
        );
        assert_eq!(first.rcpt_to, [b"<x@b.example>".to_vec()]);
        let file = first.files.get(0).expect("a file");
        assert_eq!(
            (file.state, file.window()),
            (FileState::Closed, Some(&b".dot\r\nend"[..]))
        );
        let second = tx(&talk, 1);
        assert_eq!(second.helo, b"a.example");
        let message = second.message.as_ref().expect("a message");
        assert_eq!(
            (message.status, message.header(b"subject").next()),
            (Status::Done, Some(&b"two"[..]))
        );
        for tx in [first, second] {
            assert_eq!(
                [Direction::ToServer, Direction::ToClient].map(|d| tx.progress(d)),
                [COMPLETE; 2]
            );
        }
        for (index, _) in [0, 1].iter().enumerate() {
            assert!(
                talk.transactions()
                    .get(index)
                    .is_some_and(|(state, _)| state.events.is_empty())
            );
        }
    }
}

#[test]
fn rset_and_a_second_ehlo_end_a_transaction() {
    let mut talk = talk();
    hello(&mut talk, "", 100);
    talk.client(b"MAIL FROM:<a@b>\r\n", 100).server(b"250 ok\r\n", 100);
    talk.client(b"RSET\r\nMAIL FROM:<c@d>\r\n", 100)
        .server(b"250 ok\r\n250 ok\r\n", 100);
    talk.client(b"ehlo again\r\n", 100).server(b"250 ok\r\n", 100);
    talk.client(b"MAIL FROM:<e@f>\r\n", 100);
    assert_eq!(talk.transactions().len(), 3);
    assert!(has(&talk, 1, Event::DuplicateFields));
    assert_eq!(
        [0, 1, 2].map(|n| tx(&talk, n).progress(Direction::ToClient)),
        [COMPLETE, COMPLETE, 0]
    );
}

#[test]
fn pipelined_mail_is_read_before_the_reply() {
    let mut talk = talk();
    hello(&mut talk, "250-PIPELINING\r\n", 100);
    talk.client(
        b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nThis is a test\r\n.\r\n",
        100,
    )
    .server(b"250 ok\r\n250 ok\r\n354 go on\r\n250 queued\r\n", 100);
    let first = tx(&talk, 0);
    assert_eq!(first.message.as_ref().map(|m| m.status), Some(Status::Done));
    assert_eq!(first.progress(Direction::ToClient), COMPLETE);
}

#[test]
fn data_that_is_rejected_leaves_commands() {
    let mut talk = talk();
    hello(&mut talk, "250-PIPELINING\r\n", 100);
    talk.client(b"MAIL FROM:<a@b>\r\nDATA\r\n", 100)
        .server(b"553 no\r\n503 no\r\n", 100);
    talk.client(b"RSET\r\n", 100).server(b"250 ok\r\n", 100);
    assert!(has(&talk, 0, Event::DataCommandRejected));
    mail(&mut talk, "c", "Subject: x\r\n\r\n", 100);
    assert_eq!(tx(&talk, 1).mail_from.as_deref(), Some(&b"<c@a.example>"[..]));
}

#[test]
fn chunks_go_by_and_commands_follow() {
    for piece in [1, 5, 1000] {
        let mut talk = talk();
        hello(&mut talk, "250-CHUNKING\r\n", piece);
        talk.client(
            b"MAIL FROM:<a@b>\r\nBDAT 7\r\nFrom: aBDAT 3 LAST\r\nxyzMAIL FROM:<c@d>\r\n",
            piece,
        )
        .server(b"250 ok\r\n250 7\r\n250 3\r\n250 ok\r\n", piece);
        assert_eq!(talk.transactions().len(), 2);
        assert_eq!(tx(&talk, 0).progress(Direction::ToClient), COMPLETE);
        assert_eq!(tx(&talk, 1).mail_from.as_deref(), Some(&b"<c@d>"[..]));
        talk.client(b"BDAT 5 X\r\nBDAT 99999999999\r\nBDAT 0 LAST\r\n", piece);
        assert!(has(&talk, 1, Event::InvalidBdat) && has(&talk, 1, Event::BdatChunkLenExceeded));
        assert_eq!(tx(&talk, 1).progress(Direction::ToServer), COMPLETE);
    }
}

#[test]
fn what_only_ends_a_session_is_a_transaction_if_there_is_no_other() {
    for command in [b"QUIT\r\n", b"RSET\r\n"] {
        let mut talk = talk();
        talk.server(b"220 hi\r\n", 100)
            .client(command, 100)
            .server(b"250 ok\r\n", 100);
        assert_eq!(talk.transactions().len(), 1);
        assert_eq!(tx(&talk, 0).progress(Direction::ToClient), COMPLETE);
    }
}

#[test]
fn replies_that_make_no_sense_are_events() {
    let mut talk = talk();
    talk.client(b"EHLO a\r\n", 100)
        .server(b"250 no welcome\r\n250 unasked\r\nnonsense\r\n", 100);
    assert!(has(&talk, 0, Event::NoServerWelcomeMessage) && has(&talk, 0, Event::UnableToMatchReplyWithRequest));
    assert!(has(&talk, 0, Event::InvalidReply));
    talk.client(b"STARTTLS\r\nNOOP\r\n", 100).server(b"454 no\r\n", 100);
    assert!(has(&talk, 0, Event::InvalidPipelinedSequence) && has(&talk, 0, Event::TlsRejected));
}

#[test]
fn long_lines_are_cut_and_events() {
    for piece in [1000, 4096, 9000] {
        let mut talk = talk();
        hello(&mut talk, "", 100);
        talk.client(&[b"NOOP ".as_slice(), &[b'x'; 600], b"\r\n"].concat(), piece);
        assert!(has(&talk, 0, Event::MaxCommandLineLenExceeded) && !has(&talk, 0, Event::TruncatedLine));
        talk.client(
            &[b"NOOP ".as_slice(), &[b'x'; 9000], b"\r\nMAIL FROM:<a@b>\r\n"].concat(),
            piece,
        );
        assert!(has(&talk, 0, Event::TruncatedLine));
        assert_eq!(tx(&talk, 0).mail_from.as_deref(), Some(&b"<a@b>"[..]));
        talk.server(&[b"250 ".as_slice(), &[b'x'; 600], b"\r\n"].concat(), piece);
        assert!(has(&talk, 0, Event::MaxReplyLineLenExceeded));
    }
}

#[test]
fn transactions_are_bounded() {
    let mut settings = Settings::default();
    settings.set("smtp.max-tx", "3");
    let mut talk = Conversation::with(&[&APPLICATION], settings).port(25);
    talk.client(b"EHLO a\r\n", 100);
    for _ in 0..10 {
        talk.client(b"MAIL FROM:<a@b>\r\nRSET\r\n", 100);
    }
    assert_eq!(talk.transactions().len(), 3);
    assert!(has(&talk, 2, Event::TooManyTransactions));
}

#[test]
fn recipients_and_pending_commands_are_bounded() {
    let mut talk = talk();
    talk.client(b"EHLO a\r\nMAIL FROM:<a@b>\r\n", 100);
    let line = format!("RCPT TO:<{}>\r\n", "x".repeat(400));
    talk.client(line.repeat(1000).as_bytes(), 100_000);
    assert!(tx(&talk, 0).rcpt_to.iter().map(Vec::len).sum::<usize>() <= 1 << 18);
    assert!(has(&talk, 0, Event::InvalidPipelinedSequence));
}

#[test]
fn a_gap_in_a_mail_is_a_gap_in_its_file() {
    let mut talk = talk();
    hello(&mut talk, "", 100);
    talk.client(b"MAIL FROM:<a@b>\r\n", 100).server(b"250 ok\r\n", 100);
    talk.client(b"DATA\r\n", 100).server(b"354 go\r\n", 100);
    talk.client(b"Content-Disposition: attachment; filename=f\r\n\r\nbegin\r\n", 100);
    talk.lose(Direction::ToServer, 1000).client(b"tail\r\n.\r\n", 100);
    let file = tx(&talk, 0).files.get(0).expect("a file");
    assert!(file.gaps && file.state == FileState::Truncated);
}

proptest::proptest! {
    #[test]
    fn any_client_and_server_are_followed(
        client in "(EHLO a\r\n)?((MAIL FROM:<a>|RCPT TO:<b>|DATA|BDAT [0-9]( LAST)?|RSET|QUIT|\\.|[ -~]{0,6})\r?\n){0,12}",
        server in "((220|250|354|503)[ -]ok\r\n){0,12}",
        piece in 1usize..60,
    ) {
        let outcome = |piece: usize| {
            let mut talk = Conversation::new(&APPLICATION).port(25);
            talk.client(b"EHLO x\r\n", 100).client(client.as_bytes(), piece).server(server.as_bytes(), piece).end();
            let list = talk.transactions();
            (0..list.len()).map(|n| list.get(n).map(|(state, tx)| {
                (state.events, tx_as::<SmtpTx>(tx).map(|tx| (tx.mail_from.clone(), tx.rcpt_to.clone(), tx.progress)))
            })).collect::<Vec<_>>()
        };
        proptest::prop_assert_eq!(outcome(piece), outcome(1000));
    }
}
