//! Conversations made by hand.

use engine::app_layer::{FileState, Settings, Transaction};
use engine::buffer::tx_as;
use packet::Direction;
use proptest::prelude::*;

use super::auth::samples as auth;
use super::tx::{Body, Handle, SmbTx};
use super::{APPLICATION, Event};
use crate::dcerpc::pdu::Kind;
use crate::dcerpc::samples as rpc;
use crate::harness::Conversation;

const SESSION: u64 = 7;
const ID: [u8; 16] = [9; 16];

fn nbss(message: &[u8]) -> Vec<u8> {
    let mut out = (message.len() as u32).to_be_bytes().to_vec();
    out.extend(message);
    out
}

/// A message of SMB 2 without its session header.
fn message(command: u16, response: bool, (status, number, tree): (u32, u64, u32), body: &[u8]) -> Vec<u8> {
    let mut out = b"\xfeSMB\x40\0\0\0".to_vec();
    out.extend(status.to_le_bytes());
    out.extend(command.to_le_bytes());
    out.extend([1, 0]);
    out.extend(u32::from(response).to_le_bytes());
    out.extend(0u32.to_le_bytes());
    out.extend(number.to_le_bytes());
    out.extend([0; 4]);
    out.extend(tree.to_le_bytes());
    out.extend(SESSION.to_le_bytes());
    out.extend([0; 16]);
    out.extend(body);
    out
}

fn ask(command: u16, number: u64, tree: u32, body: &[u8]) -> Vec<u8> {
    nbss(&message(command, false, (0, number, tree), body))
}

fn answer(command: u16, status: u32, number: u64, tree: u32, body: &[u8]) -> Vec<u8> {
    nbss(&message(command, true, (status, number, tree), body))
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn le(numbers: &[(usize, u64)]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|(size, n)| n.to_le_bytes()[..*size].to_vec())
        .collect()
}

fn negotiate() -> (Vec<u8>, Vec<u8>) {
    let mut asked = le(&[(2, 36), (2, 2), (8, 0)]);
    asked.extend([3; 16]);
    asked.extend([0; 8]);
    asked.extend([2, 2, 0x10, 2]);
    let mut answered = le(&[(2, 65), (2, 1), (2, 0x210), (2, 0)]);
    answered.extend([4; 16]);
    answered.extend(le(&[(4, 0), (4, 65536), (4, 65536), (4, 65536)]));
    answered.extend([0; 24]);
    (ask(0, 0, 0, &asked), answer(0, 0, 0, 0, &answered))
}

fn session() -> (Vec<u8>, Vec<u8>) {
    let blob = auth::spnego(&auth::authenticate("DOM", "user", "HOST"));
    let mut asked = le(&[(2, 25), (2, 0), (4, 0), (4, 0), (2, 88), (2, blob.len() as u64), (8, 0)]);
    asked.extend(blob);
    (
        ask(1, 1, 0, &asked),
        answer(1, 0, 1, 0, &le(&[(2, 9), (2, 0), (2, 72), (2, 0)])),
    )
}

fn tree(number: u64, tree: u32, share: &str, kind: u64) -> (Vec<u8>, Vec<u8>) {
    let path = wide(share);
    let mut asked = le(&[(2, 9), (2, 0), (2, 72), (2, path.len() as u64)]);
    asked.extend(path);
    (
        ask(3, number, 0, &asked),
        answer(
            3,
            0,
            number,
            tree,
            &le(&[(2, 16), (1, kind), (1, 0), (4, 0), (4, 0), (4, 0)]),
        ),
    )
}

fn create(number: u64, tree: u32, name: &str) -> (Vec<u8>, Vec<u8>) {
    let name = wide(name);
    let mut asked = le(&[
        (2, 57),
        (2, 0),
        (4, 2),
        (8, 0),
        (8, 0),
        (4, 0),
        (4, 0),
        (4, 0),
        (4, 5),
        (4, 0x1000),
    ]);
    asked.extend(le(&[(2, 120), (2, name.len() as u64), (4, 0), (4, 0)]));
    asked.extend(name);
    let time = 116_444_736_000_000_000 + 20_000_000;
    let mut answered = le(&[
        (2, 89),
        (2, 0),
        (4, 1),
        (8, time),
        (8, time),
        (8, 0),
        (8, 0),
        (8, 0),
        (8, 44),
        (8, 0),
    ]);
    answered.extend(ID);
    answered.extend([0; 8]);
    (ask(5, number, tree, &asked), answer(5, 0, number, tree, &answered))
}

fn write(number: u64, tree: u32, offset: u64, data: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut asked = le(&[(2, 49), (2, 112), (4, data.len() as u64), (8, offset)]);
    asked.extend(ID);
    asked.extend([0; 16]);
    asked.extend(data);
    (
        ask(9, number, tree, &asked),
        answer(9, 0, number, tree, &[17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    )
}

fn read(number: u64, tree: u32, offset: u64, data: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut asked = le(&[(2, 49), (2, 0), (4, 4096), (8, offset)]);
    asked.extend(ID);
    asked.extend([0; 16]);
    let mut answered = le(&[(2, 17), (1, 80), (1, 0), (4, data.len() as u64), (8, 0)]);
    answered.extend(data);
    (ask(8, number, tree, &asked), answer(8, 0, number, tree, &answered))
}

fn close(number: u64, tree: u32) -> (Vec<u8>, Vec<u8>) {
    let mut asked = le(&[(2, 24), (2, 0), (4, 0)]);
    asked.extend(ID);
    (ask(6, number, tree, &asked), answer(6, 0, number, tree, &[60, 0]))
}

fn ioctl(number: u64, tree: u32, asked_data: &[u8], answered_data: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut asked = le(&[(2, 57), (2, 0), (4, 0x0011_c017)]);
    asked.extend(ID);
    asked.extend(le(&[
        (4, 120),
        (4, asked_data.len() as u64),
        (4, 0),
        (4, 0),
        (4, 0),
        (4, 1024),
        (4, 1),
        (4, 0),
    ]));
    asked.extend(asked_data);
    let mut answered = le(&[(2, 49), (2, 0), (4, 0x0011_c017)]);
    answered.extend(ID);
    answered.extend(le(&[
        (4, 0),
        (4, 0),
        (4, 112),
        (4, answered_data.len() as u64),
        (4, 0),
        (4, 0),
    ]));
    answered.extend(answered_data);
    (ask(11, number, tree, &asked), answer(11, 0, number, tree, &answered))
}

fn say(talk: &mut Conversation, (asked, answered): (Vec<u8>, Vec<u8>), piece: usize) {
    talk.client(&asked, piece).server(&answered, piece);
}

fn all(talk: &Conversation) -> Vec<&SmbTx> {
    let list = talk.transactions();
    (0..list.len())
        .filter_map(|n| list.get(n))
        .filter_map(|(_, tx)| tx_as::<SmbTx>(tx))
        .collect()
}

/// What can be told of a file that was carried.
fn file(tx: &SmbTx) -> (Vec<u8>, u64, FileState, bool) {
    let Body::File(transfer) = &tx.body else {
        panic!("no file: {tx:?}")
    };
    let file = tx
        .files(transfer.direction)
        .and_then(|files| files.get(0))
        .expect("a file");
    (transfer.name.clone(), file.size, file.state, file.gaps)
}

fn conversation(piece: usize) -> Conversation {
    let mut talk = Conversation::new(&APPLICATION);
    for turn in [
        negotiate(),
        session(),
        tree(2, 1, "\\\\h\\C$", 1),
        create(3, 1, "a.txt"),
        write(4, 1, 0, b"hello "),
        write(5, 1, 6, b"world"),
        read(6, 1, 5, b"fgh"),
        read(7, 1, 0, b"abcde"),
        close(8, 1),
    ] {
        say(&mut talk, turn, piece);
    }
    talk
}

#[test]
fn a_session_with_files() {
    let talk = conversation(9999);
    let list = all(&talk);
    assert_eq!(list.len(), 7, "{list:#?}");
    assert!(
        matches!(&list[0].body, Body::Negotiate(n) if n.dialects == ["2.02", "2.10"] && n.sizes == Some((65536, 65536)))
    );
    assert_eq!(&*list[1].dialect, "2.10");
    assert!(matches!(&list[1].body, Body::SessionSetup(s) if s.ntlmssp.as_ref().is_some_and(|n| n.user == b"user")));
    assert!(matches!(&list[2].body, Body::TreeConnect(t) if t.share == b"\\\\h\\C$" && !t.pipe && t.kind == 1));
    assert!(
        matches!(&list[3].body, Body::Create(c) if c.name == b"a.txt" && c.times[0] == 2 && c.size == 44 && c.delete_on_close && c.handle == Some(Handle::Long(ID)))
    );
    assert_eq!(file(list[4]), (b"a.txt".to_vec(), 11, FileState::Closed, false));
    assert_eq!(file(list[5]), (b"a.txt".to_vec(), 8, FileState::Closed, false));
    assert_eq!((list[6].command, list[6].done), (6, [true; 2]));
    assert!(list.iter().all(|tx| tx.done == [true; 2]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_pieces_give_the_same(piece in 1usize..300) {
        let (whole, cut) = (conversation(9999), conversation(piece));
        let shown = |talk: &Conversation| all(talk).iter().map(|tx| (tx.command, tx.message, tx.status, tx.done)).collect::<Vec<_>>();
        prop_assert_eq!(shown(&whole), shown(&cut));
        prop_assert_eq!(file(all(&whole)[4]), file(all(&cut)[4]));
        prop_assert_eq!(file(all(&whole)[5]), file(all(&cut)[5]));
    }

    #[test]
    fn nothing_panics(data in proptest::collection::vec(any::<u8>(), 0..400), at in 0usize..600, direction in any::<bool>()) {
        let mut talk = conversation(500);
        let (asked, answered) = ioctl(20, 1, &data, &data);
        let mut bytes = if direction { asked } else { answered };
        for (n, b) in data.iter().enumerate().take(6) {
            let place = (at + n * 7) % bytes.len();
            if place >= 8 { bytes[place] = *b; }
        }
        if direction { talk.client(&bytes, 50); } else { talk.server(&bytes, 50); }
    }
}

#[test]
fn calls_in_pipes() {
    let mut talk = Conversation::new(&APPLICATION);
    say(&mut talk, tree(2, 1, "\\\\h\\IPC$", 2), 99);
    say(&mut talk, create(3, 1, "svcctl"), 99);
    say(&mut talk, write(4, 1, 0, &rpc::bind(1, &[(0, rpc::SVCCTL, 2)])), 99);
    say(&mut talk, read(5, 1, 0, &rpc::bind_ack(1, &[0])), 99);
    say(
        &mut talk,
        ioctl(
            6,
            1,
            &rpc::request(2, 3, (0, 15), b"stub"),
            &rpc::response(2, 3, b"result"),
        ),
        99,
    );
    // A unit in two writes, and its answer in two reads.
    let (request, response) = (rpc::request(3, 3, (0, 16), b"second"), rpc::response(3, 3, b"answer"));
    say(&mut talk, write(7, 1, 0, &request[..20]), 99);
    say(&mut talk, write(8, 1, 0, &request[20..]), 99);
    say(&mut talk, read(9, 1, 0, &response[..20]), 99);
    say(&mut talk, read(10, 1, 0, &response[20..]), 99);
    let list = all(&talk);
    let calls: Vec<_> = list.iter().filter_map(|tx| tx.call()).collect();
    assert_eq!(calls.len(), 3);
    assert_eq!(
        (calls[0].asked, calls[0].answered),
        (Some(Kind::BIND), Some(Kind::BINDACK))
    );
    assert_eq!((calls[1].opnum, calls[1].interfaces[0].result), (15, Some((0, 0))));
    assert_eq!(
        (calls[1].sides[0].stub.as_slice(), calls[1].sides[1].stub.as_slice()),
        (&b"stub"[..], &b"result"[..])
    );
    assert_eq!(
        (calls[2].sides[0].stub.as_slice(), calls[2].sides[1].stub.as_slice()),
        (&b"second"[..], &b"answer"[..])
    );
    assert!(list.iter().all(|tx| tx.done == [true; 2]) && list.iter().any(|tx| tx.little_endian(Direction::ToServer)));
}

#[test]
fn losses_within_a_file_and_elsewhere() {
    let mut talk = Conversation::new(&APPLICATION);
    say(&mut talk, tree(2, 1, "\\\\h\\C$", 1), 99);
    say(&mut talk, create(3, 1, "a"), 99);
    let (asked, _) = write(4, 1, 0, &[b'x'; 500]);
    talk.client(&asked[..216], 99)
        .lose(Direction::ToServer, 100)
        .client(&asked[316..], 99);
    // More is lost than the message has.
    let (asked, _) = write(5, 1, 500, &[b'y'; 500]);
    talk.client(&asked[..216], 99)
        .lose(Direction::ToServer, 1000)
        .client(b"\0\0rubbish", 99);
    say(&mut talk, close(8, 1), 99);
    let list = all(&talk);
    assert_eq!(file(list[2]), (b"a".to_vec(), 1000, FileState::Truncated, true));
    assert_eq!(list[3].command, 6);
}

#[test]
fn limits_and_wrong_directions_are_events() {
    let mut settings = Settings::default();
    settings.set("smb.max-tx", "3");
    settings.set("smb.max-write-size", "10");
    let mut talk = Conversation::with(&[&APPLICATION], settings);
    say(&mut talk, tree(2, 1, "\\\\h\\C$", 1), 99);
    say(&mut talk, create(3, 1, "a"), 99);
    say(&mut talk, write(4, 1, 0, b"12345678901"), 99);
    talk.client(&answer(6, 0, 5, 1, &[0; 60]), 99)
        .server(&ask(6, 5, 1, &[0; 60]), 99);
    let list = talk.transactions();
    let has = |at, event: Event| list.get(at).is_some_and(|(state, _)| state.events.has(event as u8));
    assert!(has(1, Event::WriteRequestTooLarge) && has(1, Event::ResponseToServer) && has(1, Event::RequestToClient));
    say(&mut talk, close(6, 1), 99);
    talk.client(&close(7, 1).0, 99);
    assert!(talk.flow.is_off());
}

#[test]
fn what_is_encrypted_is_passed_over() {
    let mut talk = Conversation::new(&APPLICATION);
    say(&mut talk, negotiate(), 99);
    let mut hidden = b"\xfdSMB".to_vec();
    hidden.extend([0xfe; 300]);
    talk.client(&nbss(&hidden), 77);
    say(&mut talk, tree(2, 1, "\\\\h\\C$", 1), 99);
    assert_eq!(all(&talk).iter().map(|tx| tx.command).collect::<Vec<_>>(), [0, 3]);
}

#[test]
fn a_compound_of_commands() {
    let mut first = message(5, false, (0, 3, 1), &create(3, 1, "dir").0[68..]);
    while !first.len().is_multiple_of(8) {
        first.push(0);
    }
    let length = first.len() as u32;
    first[20..24].copy_from_slice(&length.to_le_bytes());
    let mut set = le(&[(2, 33), (1, 1), (1, 13), (4, 1), (2, 96), (2, 0), (4, 0)]);
    set.extend([0xff; 16]);
    set.push(1);
    first.extend(message(17, false, (0, 4, 1), &set));
    let mut talk = Conversation::new(&APPLICATION);
    talk.client(&nbss(&first), 50);
    let list = all(&talk);
    assert_eq!(list.iter().map(|tx| tx.command).collect::<Vec<_>>(), [5, 17]);
    assert!(matches!(&list[1].body, Body::Disposition(d) if d.name == b"dir" && d.delete));
}

/// A message of SMB 1.
fn old(command: u8, response: bool, words: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = b"\xffSMB".to_vec();
    out.extend([command, 0, 0, 0, 0, u8::from(response) << 7, 1, 0x40]);
    out.extend([0; 12]);
    out.extend(le(&[(2, 5), (2, 1), (2, 6), (2, u64::from(command))]));
    out.push((words.len() / 2) as u8);
    out.extend(words);
    out.extend((data.len() as u16).to_le_bytes());
    out.extend(data);
    nbss(&out)
}

#[test]
fn files_of_smb_1() {
    let mut talk = Conversation::new(&APPLICATION);
    talk.client(&old(0x72, false, &[], b"\x02NT LM 0.12\0"), 9)
        .server(&old(0x72, true, &[&[0, 0][..], &[0; 32]].concat(), &[1; 16]), 9);
    let tree = le(&[(4, 0xff), (2, 0), (2, 1)]);
    talk.client(&old(0x75, false, &tree, b"\0\\\\h\\C$\0?????\0"), 9)
        .server(&old(0x75, true, &le(&[(4, 0xff), (2, 0)]), b"A:\0NTFS\0"), 9);
    let mut create = le(&[
        (4, 0xff),
        (1, 0),
        (2, 2),
        (4, 0),
        (4, 0),
        (4, 0),
        (8, 0),
        (4, 0),
        (4, 0),
        (4, 5),
        (4, 0),
        (4, 2),
        (1, 0),
    ]);
    create.truncate(48);
    let mut created = le(&[(4, 0xff), (1, 0), (2, 0x4000), (4, 0)]);
    created.extend([0; 60]);
    created.truncate(68);
    talk.client(&old(0xa2, false, &create, b"\\a\0"), 9)
        .server(&old(0xa2, true, &created, b""), 9);
    let words = le(&[
        (4, 0xff),
        (2, 0x4000),
        (4, 0),
        (4, 0),
        (2, 0),
        (2, 0),
        (2, 0),
        (2, 5),
        (2, 64),
        (4, 0),
    ]);
    talk.client(&old(0x2f, false, &words, b"\0hello"), 9);
    talk.client(&old(0x04, false, &le(&[(2, 0x4000), (4, 0)]), b""), 9);
    let list = all(&talk);
    assert_eq!(
        list.iter().map(|tx| tx.command).collect::<Vec<_>>(),
        [0x72, 0x75, 0xa2, 0x2f, 0x04]
    );
    assert_eq!(&*list[0].dialect, "NT LM 0.12");
    assert!(
        matches!(&list[1].body, Body::TreeConnect(t) if t.share == b"\\h\\C$" && t.service == Some((b"?????".to_vec(), b"A:".to_vec())))
    );
    assert_eq!(file(list[3]), (b"\\a".to_vec(), 5, FileState::Closed, false));
}
