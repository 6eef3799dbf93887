//! Brute force: password guessing on SSH, FTP and RDP, connection after connection.

use super::Attack;
use crate::time::{ms, secs};
use crate::{Capture, Direction, Rng, TcpConversation, Time};

/// Guessing on SSH, four connections at a time as hydra does.
pub(super) const SSH: Attack = Attack {
    name: "ssh-brute-force",
    about: "203.0.113.22 opens 16 SSH connections to 10.0.0.22 in 40 seconds, four at a time.",
    near_miss_about: "The same with 10 connections.",
    attack: |start| ssh_guesses(start, 16),
    near_miss: |start| ssh_guesses(start, 10),
};

/// Guessing on FTP, three passwords a connection.
pub(super) const FTP: Attack = Attack {
    name: "ftp-brute-force",
    about: "203.0.113.21 opens 12 FTP connections to 192.168.1.21 in 36 seconds and fails to log in three times on each.",
    near_miss_about: "10 connections with one failure each.",
    attack: |start| Capture::merge((0..12).map(|i| ftp(start + secs(3) * i, i, 3))),
    near_miss: |start| Capture::merge((0..10).map(|i| ftp(start + secs(3) * i, i, 1))),
};

/// Guessing on RDP.
pub(super) const RDP: Attack = Attack {
    name: "rdp-brute-force",
    about: "203.0.113.33 opens 14 RDP connections to 10.0.0.33 in 42 seconds.",
    near_miss_about: "The same with 10 connections.",
    attack: |start| Capture::merge((0..14).map(|i| rdp(start + secs(3) * i, i))),
    near_miss: |start| Capture::merge((0..10).map(|i| rdp(start + secs(3) * i, i))),
};

fn ssh_guesses(start: Time, count: u32) -> Capture {
    Capture::merge((0..count).map(|i| ssh(start + secs(10) * (i / 4) + ms(70) * (i % 4), i)))
}

fn ssh(start: Time, i: u32) -> Capture {
    let mut rng = Rng::new(0x22_0000 + u64::from(i));
    TcpConversation::new(("203.0.113.22", 45_000 + i as u16), "10.0.0.22:22")
        .start(start)
        .step(ms(5))
        .handshake()
        .to_client(b"SSH-2.0-OpenSSH_9.6\r\n")
        .to_server(b"SSH-2.0-libssh_0.10.6\r\n")
        .to_server(&ssh_packet(20, &rng.bytes(16)))
        .to_client(&ssh_packet(20, &rng.bytes(16)))
        .wait(secs(2))
        .close_by(Direction::ToClient)
        .capture()
}

/// An SSH binary packet (RFC 4253 section 6) of this message type, the length of a key exchange but for its lists, which are empty.
fn ssh_packet(message: u8, cookie: &[u8]) -> Vec<u8> {
    let mut payload = vec![message];
    payload.extend(cookie);
    // Ten empty name lists, "no guess follows", the reserved word.
    payload.extend([0; 10 * 4 + 1 + 4]);
    let padding = 8 - (payload.len() + 5) % 8 + 8;
    let mut packet = ((payload.len() + padding + 1) as u32).to_be_bytes().to_vec();
    packet.push(padding as u8);
    packet.extend(payload);
    packet.resize(packet.len() + padding, 0);
    packet
}

fn ftp(start: Time, i: u32, failures: u32) -> Capture {
    let mut talk = TcpConversation::new(("203.0.113.21", 46_000 + i as u16), "192.168.1.21:21")
        .start(start)
        .step(ms(4))
        .without_acks()
        .handshake()
        .to_client(b"220 files\r\n");
    for guess in 0..failures {
        talk = talk
            .to_server(b"USER admin\r\n")
            .to_client(b"331 Password\r\n")
            .to_server(format!("PASS {:04}\r\n", i * 3 + guess).as_bytes())
            .wait(ms(400))
            .to_client(b"530 Login incorrect\r\n");
    }
    talk.to_server(b"QUIT\r\n")
        .to_client(b"221 Bye\r\n")
        .close_by(Direction::ToClient)
        .capture()
}

fn rdp(start: Time, i: u32) -> Capture {
    TcpConversation::new(("203.0.113.33", 47_000 + i as u16), "10.0.0.33:3389")
        .start(start)
        .step(ms(6))
        .handshake()
        .to_server(&x224(
            0xe0,
            b"Cookie: mstshash=admin\r\n\x01\x00\x08\x00\x03\x00\x00\x00",
        ))
        .to_client(&x224(0xd0, b"\x02\x00\x08\x00\x02\x00\x00\x00"))
        .wait(secs(1))
        .reset(Direction::ToServer)
        .capture()
}

/// A TPKT (RFC 1006) with an X.224 connection request (0xe0) or confirm (0xd0) of class 0.
fn x224(kind: u8, variable: &[u8]) -> Vec<u8> {
    let len = 4 + 7 + variable.len();
    let mut packet = vec![3, 0];
    packet.extend((len as u16).to_be_bytes());
    packet.extend([(len - 5) as u8, kind, 0, 0, 0, 0, 0]);
    packet.extend(variable);
    packet
}
