//! All protocols of a program, as configured.

use packet::Direction;

use super::application::{AppSet, Application, ProtocolId};
use super::detection::{Detection, Pattern, Ports, Probe, Transport};
use super::parser::{NewParser, Parser};
use super::settings::Settings;

/// All protocols of a program, as configured.
#[derive(Default)]
pub struct AppLayer {
    list: Vec<Loaded>,
    /// By transport and direction.
    ways: [Vec<Way>; 4],
    /// How many bytes settle every pattern, by the same index.
    enough: [usize; 4],
    warnings: Vec<String>,
}

struct Loaded {
    app: &'static Application,
    new: Option<NewParser>,
}

/// A way to recognise a protocol.
struct Way {
    id: ProtocolId,
    /// The server's ports; any where `None`.
    ports: Option<Vec<u16>>,
    how: How,
}

enum How {
    Pattern(Pattern),
    Probe(usize, fn(&[u8], Direction) -> Probe),
}

/// What is known after a look at the first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recognised {
    /// It is this, and the other way round if so said.
    As(ProtocolId, bool),
    /// None of them.
    Nothing,
    /// It takes more bytes to tell.
    NotYet,
}

/// What is known of the direction that is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    /// It said nothing.
    Unknown,
    /// It looks like this.
    Looks(ProtocolId),
    /// It looks like nothing, so far.
    Nothing,
}

impl AppLayer {
    /// These protocols, each with what the configuration says of it below `app-layer.protocols.<name>`.
    ///
    /// # Errors
    /// What is wrong with a setting.
    pub fn new(apps: &[&'static Application], settings: &Settings) -> Result<Self, String> {
        let mut layer = Self::default();
        for (number, app) in apps.iter().enumerate() {
            // LIMIT: what sets of protocols have room for.
            let number = u8::try_from(number).ok().filter(|number| *number < AppSet::ROOM);
            let id = ProtocolId(number.ok_or("there are too many protocols")?);
            let own = settings.below(app.name);
            let enabled = own.text("enabled").unwrap_or("yes").to_ascii_lowercase();
            let on = !matches!(enabled.as_str(), "no" | "false" | "off");
            let carriers = [Transport::Tcp, Transport::Udp].map(|transport| layer.carried(app, &own, transport, on));
            let parse = carriers.contains(&true) && enabled != "detection-only";
            let new = match app.setup.filter(|_| parse) {
                Some(setup) => Some(setup(&own).map_err(|e| with_key(&own, e))?),
                None => None,
            };
            layer.list.push(Loaded { app, new });
            let wanted = |detection: &&Detection| carriers[detection.transport() as usize];
            for detection in app.detection.iter().filter(wanted) {
                layer.add_way(id, detection, &own)?;
            }
        }
        Ok(layer)
    }

    /// Whether a protocol is recognised in streams or in datagrams: `tcp.enabled` and `udp.enabled` go before `enabled`.
    fn carried(&mut self, app: &Application, own: &Settings, transport: Transport, on: bool) -> bool {
        let name = transport_name(transport);
        let Ok(wanted) = own.flag(&format!("{name}.enabled"), on) else {
            return on;
        };
        if wanted != on && own.text("enabled").is_some() {
            let say = |is: bool| if is { "TRUE" } else { "FALSE" };
            self.warnings.push(format!(
                "Inconsistent global ({}) and respective ipproto ({}) settings found for alproto {} and ipproto {name}",
                say(on),
                say(wanted),
                app.name,
            ));
        }
        wanted
    }

    /// What is odd about the configuration, in the words that scripts look for.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn add_way(&mut self, id: ProtocolId, detection: &Detection, own: &Settings) -> Result<(), String> {
        match *detection {
            Detection::Pattern(pattern) => {
                let at = way_index(pattern.transport, pattern.direction);
                self.enough[at] = self.enough[at].max(pattern.depth);
                self.ways[at].push(Way {
                    id,
                    ports: None,
                    how: How::Pattern(pattern),
                });
            }
            Detection::Probe {
                transport,
                ports,
                direction,
                min,
                probe,
            } => {
                let ports = match ports {
                    Ports::Any => None,
                    Ports::These(standard) => {
                        Some(configured_ports(own, transport)?.unwrap_or_else(|| standard.to_vec()))
                    }
                };
                for way in [Direction::ToServer, Direction::ToClient] {
                    if direction.is_none_or(|d| d == way) {
                        self.ways[way_index(transport, way)].push(Way {
                            id,
                            ports: ports.clone(),
                            how: How::Probe(min, probe),
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// The protocol of that number.
    pub fn get(&self, id: ProtocolId) -> Option<&'static Application> {
        self.list.get(usize::from(id.0)).map(|loaded| loaded.app)
    }

    /// All protocols, by number.
    pub fn iter(&self) -> impl Iterator<Item = (ProtocolId, &'static Application)> {
        self.list
            .iter()
            .enumerate()
            .map(|(n, loaded)| (ProtocolId(n as u8), loaded.app))
    }

    /// The protocols that a rule's header or `app-layer-protocol` calls by that name.
    pub fn named(&self, name: &str) -> Option<AppSet> {
        let mut set = AppSet::EMPTY;
        for (id, app) in self.iter() {
            if app.name == name || app.aliases.contains(&name) {
                set = set.with(id);
            }
        }
        (!set.is_empty()).then_some(set)
    }

    /// The protocol with exactly that name.
    pub fn by_name(&self, name: &str) -> Option<ProtocolId> {
        self.iter().find(|(_, app)| app.name == name).map(|(id, _)| id)
    }

    /// A parser for a flow of that protocol; `None` where it is only recognised.
    pub fn parser(&self, id: ProtocolId) -> Option<Box<dyn Parser>> {
        self.list
            .get(usize::from(id.0))
            .and_then(|loaded| loaded.new.as_ref())
            .map(|new| new())
    }

    /// Looks at the first bytes in a direction: `other` is what is known of the other one.
    pub(super) fn recognise(
        &self,
        transport: Transport,
        direction: Direction,
        port: u16,
        data: &[u8],
        other: Other,
    ) -> Recognised {
        let at = way_index(transport, direction);
        let mut waiting = false;
        let mut perhaps = None;
        let ours = |way: &&Way| other == Other::Looks(way.id);
        // What the other direction looks like is asked first: several protocols begin with `USER`.
        let ways = self.ways[at].iter();
        for way in ways.clone().filter(ours).chain(ways.filter(|way| !ours(way))) {
            if way.ports.as_ref().is_some_and(|ports| !ports.contains(&port)) {
                continue;
            }
            let found = match &way.how {
                How::Pattern(pattern) => pattern.look(data, direction),
                How::Probe(min, _) if data.len() < *min => Probe::More,
                How::Probe(_, probe) => probe(data, direction),
            };
            match found {
                Probe::Yes => return Recognised::As(way.id, false),
                Probe::Reversed => return Recognised::As(way.id, true),
                Probe::Perhaps if other == Other::Looks(way.id) => return Recognised::As(way.id, false),
                Probe::Perhaps => {
                    waiting = true;
                    perhaps.get_or_insert(way.id);
                }
                Probe::No => {}
                Probe::More => waiting = true,
            }
        }
        if let (Some(id), Other::Nothing | Other::Looks(_), Direction::ToClient) = (perhaps, other, direction) {
            return Recognised::As(id, false);
        }
        // LIMIT: a stream that nothing recognises is let go after so many bytes.
        let enough = transport == Transport::Udp || data.len() >= MAX_PROBED.max(self.enough[at]);
        if waiting && !enough {
            Recognised::NotYet
        } else {
            Recognised::Nothing
        }
    }
}

impl std::fmt::Debug for AppLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(|(_, app)| app.name)).finish()
    }
}

const fn transport_name(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    }
}

/// Ports as `detection-ports` has them, if it has.
fn configured_ports(own: &Settings, transport: Transport) -> Result<Option<Vec<u16>>, String> {
    let name = transport_name(transport);
    let paths = [
        format!("{name}.detection-ports.dp"),
        "detection-ports.dp".to_owned(),
        format!("detection-ports.{name}.toserver"),
    ];
    let Some((path, text)) = paths.iter().find_map(|path| own.text(path).map(|text| (path, text))) else {
        return Ok(None);
    };
    let mut ports = Vec::new();
    for part in text.trim_matches(['[', ']']).split(',').map(str::trim) {
        let (from, to) = part
            .split_once(':')
            .or_else(|| part.split_once('-'))
            .unwrap_or((part, part));
        match (from.trim().parse::<u16>(), to.trim().parse::<u16>()) {
            (Ok(from), Ok(to)) => ports.extend(from..=to),
            _ => return Err(own.wrong(path, "write ports such as `80, 8080` or `1024:2048`")),
        }
    }
    Ok(Some(ports))
}

/// What is wrong with a setting, with the key of the protocol if it is not named yet.
fn with_key(own: &Settings, reason: String) -> String {
    let key = own.key_of("");
    if reason.contains(&key) {
        reason
    } else {
        format!("`{key}`: {reason}")
    }
}

const fn way_index(transport: Transport, direction: Direction) -> usize {
    (transport as usize) * 2 + direction.index()
}

/// Bytes of a direction that are looked at to recognise a protocol, at most.
const MAX_PROBED: usize = 4096;
