//! HTTP/1.1 requests and responses (RFC 9112), as far as tests want them.

use std::fmt::Write as _;

/// A request, with what a browser sends.
///
/// ```
/// let bytes = testkit::http::Request::get("/item?id=1").header("Cookie", "a=b").bytes();
/// assert!(bytes.starts_with(b"GET /item?id=1 HTTP/1.1\r\nHost: shop.example\r\n"));
/// ```
#[derive(Clone, Debug)]
pub struct Request {
    method: &'static str,
    uri: String,
    user_agent: String,
    headers: String,
    body: Option<String>,
}

impl Request {
    /// A GET of this URI, which is taken as it is.
    pub fn get(uri: &str) -> Self {
        Self {
            method: "GET",
            uri: uri.to_owned(),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64)".to_owned(),
            headers: String::new(),
            body: None,
        }
    }

    /// A form that is posted; `body` is encoded already.
    pub fn post(uri: &str, body: &str) -> Self {
        Self {
            method: "POST",
            body: Some(body.to_owned()),
            ..Self::get(uri)
        }
    }

    /// Says who asks.
    pub fn user_agent(mut self, name: &str) -> Self {
        name.clone_into(&mut self.user_agent);
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.headers, "{name}: {value}\r\n");
        self
    }

    /// The bytes on the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: {}\r\nAccept: */*\r\n{}",
            self.method, self.uri, self.user_agent, self.headers
        );
        if let Some(body) = &self.body {
            let length = body.len();
            let _ = write!(
                text,
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
            );
        }
        text.push_str("\r\n");
        text.push_str(self.body.as_deref().unwrap_or_default());
        text.into_bytes()
    }
}

/// A response of status 200 with this body.
pub fn response(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_how_long_it_is() {
        let bytes = Request::post("/login", "user=a&password=b").user_agent("x/1").bytes();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("\r\nUser-Agent: x/1\r\n") && text.contains("\r\nContent-Length: 17\r\n"));
        assert!(text.ends_with("\r\n\r\nuser=a&password=b"));
    }
}
