use super::*;
use crate::compile::sample::rules;
use crate::keywords::sample;
use testkit::layer::{Tcp, Udp};

/// Every header of a protocol, two sets of addresses, two of ports and both arrows.
fn headers() -> String {
    let mut text = String::new();
    let (addresses, ports) = (["any", "10.0.0.1", "!10.0.0.1"], ["any", "80", "[1:79,81:65535]"]);
    let mut sid = 0;
    for protocol in ["ip", "tcp", "udp"] {
        for (src, dst) in addresses.iter().flat_map(|a| addresses.iter().map(move |b| (a, b))) {
            for (from, to) in ports.iter().flat_map(|a| ports.iter().map(move |b| (a, b))) {
                for arrow in ["->", "<>"] {
                    if protocol == "ip" && (*from, *to) != ("any", "any") {
                        continue;
                    }
                    sid += 1;
                    text += &format!("alert {protocol} {src} {from} {arrow} {dst} {to} (content:\"x\"; sid:{sid};)\n");
                }
            }
        }
    }
    text
}

#[test]
fn says_what_the_header_says() {
    let rules = rules(&headers());
    let mut fits = Fits::default();
    let ends = ["10.0.0.1", "10.0.0.2"];
    let mut seen = [0; 3];
    for (src, dst) in ends.iter().flat_map(|a| ends.iter().map(move |b| (a, b))) {
        for (from, to) in [(80, 4000), (4000, 80), (80, 80), (4000, 4001)] {
            let between = || sample::between(src, dst);
            let packets = [
                between().layer(Tcp::new(from, to)).payload(b"x").build(),
                between().layer(Udp::new(from, to)).payload(b"x").build(),
            ];
            for bytes in packets {
                let packet = sample::decode(&bytes);
                fits.begin();
                // Asked twice, as it is remembered.
                for rule in (0..rules.rules.len()).chain(0..rules.rules.len()) {
                    let times = rules.rules[rule].header.protocols.matches(&packet);
                    let times = if times {
                        rules.rules[rule].header.fits(&packet)
                    } else {
                        0
                    };
                    assert_eq!(
                        fits.ask(&rules, rule as u32, &packet),
                        times,
                        "{:?}",
                        rules.rules[rule].header
                    );
                    seen[usize::from(times)] += 1;
                }
            }
        }
    }
    assert!(seen.iter().all(|times| *times > 100), "{seen:?}");
}
