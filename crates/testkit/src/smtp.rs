//! What mail clients and servers say (RFC 5321).

use crate::TcpConversation;

/// From the server's greeting to where it waits for the mail.
pub fn until_mail(talk: TcpConversation) -> TcpConversation {
    talk.to_client(b"220 mail.example ESMTP\r\n")
        .to_server(b"EHLO client.example\r\n")
        .to_client(b"250-mail.example\r\n250 SIZE 10240000\r\n")
        .to_server(b"MAIL FROM:<ann@example.org>\r\n")
        .to_client(b"250 OK\r\n")
        .to_server(b"RCPT TO:<bob@example.net>\r\n")
        .to_client(b"250 OK\r\n")
        .to_server(b"DATA\r\n")
        .to_client(b"354 Go ahead\r\n")
}

/// From the answer to the mail to the farewell.
pub fn after_mail(talk: TcpConversation) -> TcpConversation {
    talk.to_client(b"250 Queued\r\n")
        .to_server(b"QUIT\r\n")
        .to_client(b"221 Bye\r\n")
}
