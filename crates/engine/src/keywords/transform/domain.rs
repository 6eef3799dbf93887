//! `domain` and `tld`: the registered part of a name.

use super::transform_keyword;

transform_keyword! {
    /// The domain that was registered: the public suffix of the name and one label before it, so `www.bbc.co.uk` becomes `bbc.co.uk`. A name that is a public suffix
    /// itself, or none at all, stays as it is. By the public suffix list (<https://publicsuffix.org>).
    DOMAIN = "domain", |input, output| output.extend_from_slice(psl::domain(input).map_or(input, |domain| domain.as_bytes()));
    "the registered domain of a name"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; domain; content:\"example.org\"; sid:1;)"
}

transform_keyword! {
    /// The public suffix of the name: `www.bbc.co.uk` becomes `co.uk`. By the public suffix list (<https://publicsuffix.org>).
    TLD = "tld", |input, output| output.extend_from_slice(psl::suffix(input).map_or(input, |suffix| suffix.as_bytes()));
    "the public suffix of a name"; "alert tcp any any -> any any (msg:\"a\"; tcp.hdr; tld; content:\"co.uk\"; sid:1;)"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::transform::tests::apply;

    #[test]
    fn suffixes_of_one_and_two_labels() {
        assert_eq!(
            apply(&DOMAIN, "", b"www.suricata.io").as_deref(),
            Ok(&b"suricata.io"[..])
        );
        assert_eq!(apply(&DOMAIN, "", b"www.bbc.co.uk").as_deref(), Ok(&b"bbc.co.uk"[..]));
        assert_eq!(apply(&TLD, "", b"www.suricata.io").as_deref(), Ok(&b"io"[..]));
        assert_eq!(apply(&TLD, "", b"www.bbc.co.uk").as_deref(), Ok(&b"co.uk"[..]));
        assert_eq!(apply(&DOMAIN, "", b"").as_deref(), Ok(&b""[..]));
    }
}
