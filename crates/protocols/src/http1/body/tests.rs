use engine::app_layer::{Effects, FileSettings, Shared, Transport};
use packet::Timestamp;
use proptest::prelude::*;

use super::*;

/// A flow of one server.
struct Talk {
    flow: Bodies,
    files: FileSettings,
    shared: Shared,
    effects: Effects,
    events: Events,
}

impl Talk {
    fn new(settings: BodySettings) -> Self {
        Self {
            flow: Bodies::new(Arc::new(settings)),
            files: FileSettings::default(),
            shared: Shared::default(),
            effects: Effects::default(),
            events: Events::new(),
        }
    }

    /// The body of these bytes in pieces, as rules see it each time.
    fn body(&mut self, direction: Direction, head: &Head<'_>, data: &[u8], pieces: &[usize]) -> (Body, Vec<Vec<u8>>) {
        let Self {
            flow,
            files,
            shared,
            effects,
            events,
        } = self;
        let mut context = Context {
            direction,
            transport: Transport::Tcp,
            time: Timestamp::new(0, 0),
            eof: false,
            client: ([10, 0, 0, 1].into(), 1),
            server: ([10, 0, 0, 2].into(), 80),
            files,
            shared,
            effects,
        };
        let (mut body, mut seen) = (Body::default(), Vec::new());
        body.begin(direction, head, flow, &mut context, events);
        let mut rest = data;
        for piece in pieces.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*piece).clamp(1, rest.len()));
            body.append(now, flow, &mut context, events);
            rest = later;
            seen.extend(body.window().map(<[u8]>::to_vec));
            body.content.window.inspected();
        }
        body.end(false, &mut context, events);
        seen.extend(body.window().map(<[u8]>::to_vec));
        body.content.window.inspected();
        (body, seen)
    }
}

fn head(method: &'static [u8]) -> Head<'static> {
    Head {
        method,
        path: b"/up/x.php",
        host: b"h.example",
        ..Head::default()
    }
}

fn files(body: &Body) -> Vec<(String, u64, FileState)> {
    body.files()
        .iter()
        .map(|f| (String::from_utf8_lossy(&f.name).into_owned(), f.size, f.state))
        .collect()
}

#[test]
fn bodies_of_responses_are_files() {
    let mut talk = Talk::new(BodySettings::default());
    let (body, seen) = talk.body(Direction::ToClient, &head(b"GET"), b"some text", &[4]);
    assert_eq!(seen, [b"some text"]);
    assert_eq!(files(&body), [("/up/x.php".to_owned(), 9, FileState::Closed)]);
    let named = Head {
        content_disposition: Some(b"attachment; filename=\"q.exe\""),
        ..head(b"GET")
    };
    assert_eq!(
        files(&talk.body(Direction::ToClient, &named, b"x", &[1]).0)[0].0,
        "q.exe"
    );
    assert!(files(&talk.body(Direction::ToClient, &named, b"", &[1]).0).is_empty());
}

#[test]
fn bodies_of_requests_are_files_for_put_and_post() {
    let mut talk = Talk::new(BodySettings::default());
    for (method, count) in [(&b"PUT"[..], 1), (b"POST", 1), (b"GET", 0), (b"PATCH", 0)] {
        let head = Head { method, ..head(b"") };
        let (body, seen) = talk.body(Direction::ToServer, &head, b"some text", &[4]);
        assert_eq!((body.files().len(), seen.len()), (count, 1));
    }
    let form = Head {
        content_type: Some(b"multipart/form-data; boundary=B"),
        ..head(b"POST")
    };
    let data = b"--B\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\nhello\r\n--B--\r\n";
    let (body, seen) = talk.body(Direction::ToServer, &form, data, &[5]);
    assert_eq!(files(&body), [("a".to_owned(), 5, FileState::Closed)]);
    assert_eq!(seen.concat(), data);
}

#[test]
fn the_limit_cuts_bodies_and_files() {
    let mut talk = Talk::new(BodySettings::default());
    let (body, seen) = talk.body(Direction::ToClient, &head(b"GET"), &vec![7; 300 << 10], &[1400]);
    assert_eq!(
        files(&body),
        [("/up/x.php".to_owned(), 100 << 10, FileState::Truncated)]
    );
    assert_eq!((body.decoded_length(), body.raw_length()), (300 << 10, 300 << 10));
    assert_eq!(seen[0].len(), 42_000);
    assert!(seen[5..].iter().all(|window| window.len() <= 16 << 10));
    // What comes in the same piece as the last byte that is taken does not count as cut off.
    let (body, _) = talk.body(Direction::ToClient, &head(b"GET"), &vec![7; 102_401], &[1400]);
    assert_eq!(files(&body)[0].2, FileState::Closed);
}

#[test]
fn parts_of_a_file_are_put_together() {
    let mut talk = Talk::new(BodySettings::default());
    let part = |range: &'static [u8]| Head {
        content_range: Some(range),
        status: 206,
        ..head(b"GET")
    };
    let (body, _) = talk.body(Direction::ToClient, &part(b"bytes 3-5/6"), b"def", &[2]);
    assert_eq!(body.files().get(0).and_then(|f| f.range), Some((3, 5, 6)));
    let (body, _) = talk.body(Direction::ToClient, &part(b"bytes 0-2/6"), b"abc", &[2]);
    assert_eq!(body.files().len(), 2);
    let whole = body.files().get(1).expect("the whole file");
    assert_eq!(
        (whole.window(), whole.range, whole.size),
        (Some(&b"abcdef"[..]), None, 6)
    );
    talk.body(Direction::ToClient, &part(b"bytes 0-9/6"), b"abc", &[2]);
    assert_eq!(talk.events.as_slice(), [BodyEvent::RangeInvalid]);
}

#[test]
fn long_names_are_cut() {
    let mut talk = Talk::new(BodySettings::default());
    let path = vec![b'a'; 5000];
    let (body, _) = talk.body(
        Direction::ToClient,
        &Head {
            path: &path,
            ..head(b"GET")
        },
        b"x",
        &[1],
    );
    assert_eq!(files(&body)[0].0.len(), MAX_NAME);
    assert_eq!(talk.events.as_slice(), [BodyEvent::FileNameTooLong]);
}

proptest! {
    #[test]
    fn any_pieces_show_all_of_it(
        data in prop::collection::vec(any::<u8>(), 0..4000),
        pieces in prop::collection::vec(1usize..700, 1..6),
        minimal in 0u64..2000,
        window in 0u64..900,
        limit in 0u64..5000,
    ) {
        let settings = BodySettings {
            response: BodyLimits { limit, minimal, window },
            ..BodySettings::default()
        };
        let (body, seen) = Talk::new(settings).body(Direction::ToClient, &head(b"GET"), &data, &pieces);
        let shown = if limit > 0 { data.len().min(limit as usize) } else { data.len() };
        // Every window is a piece of the body that begins no later than the one before it ended.
        let mut end = 0;
        for part in &seen {
            let found = (0..=end).rev().find(|at| data[*at..].starts_with(part) && at + part.len() > end);
            prop_assert!(found.is_some());
            end = found.unwrap_or(0) + part.len();
        }
        prop_assert_eq!(end, shown);
        prop_assert_eq!(body.decoded_length() as usize, data.len());
    }
}
