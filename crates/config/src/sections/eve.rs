//! `eve-log`: which records are written, and what they show.

use engine::eve::{AlertOptions, EveOptions};

use crate::outputs::{AnomalyRecords, DropRecords, EveLogConfig, EveRecords, FileType, StatsRecords};
use crate::section::{Item, Section};
use crate::sections::file_store;
use crate::sections::outputs::enabled;
use crate::value::{choice, flag, number};

/// Reads an `eve-log`; `protocols` are the types of records that application protocols write.
pub(crate) fn eve_log(options: &Section<'_>, sensor: Option<&str>, protocols: &[&str]) -> EveLogConfig {
    let mut config = EveLogConfig {
        filename: "eve.json".into(),
        filetype: FileType::Regular,
        append: true,
        records: EveRecords::default(),
        options: EveOptions {
            sensor_name: sensor.map(str::to_owned),
            ..EveOptions::default()
        },
        community_id: None,
    };
    options.set("filename", &mut config.filename, |text| Ok(text.into()));
    options.set("filetype", &mut config.filetype, |text| choice(text, FileType::NAMES));
    options.set("append", &mut config.append, flag);
    options.set("pcap-file", &mut config.options.pcap_filename, flag);
    options.set("ipv6-compress", &mut config.options.ipv6_compress, flag);
    options.set("ethernet", &mut config.options.ethernet, flag);
    if options.flag("community-id", false) {
        config.community_id = Some(options.read("community-id-seed", number).unwrap_or(0));
    } else {
        // Read all the same: without community ids there is nothing that the seed could change.
        options.section("community-id-seed");
    }
    for item in options.section("types").items() {
        record_type(&item, protocols, &mut config);
    }
    config
}

fn record_type(item: &Item<'_>, protocols: &[&str], config: &mut EveLogConfig) {
    let records = &mut config.records;
    match item.name {
        "alert" if enabled(item.options()) => {
            records.alert = true;
            records.tagged_packets = item.options().flag("tagged-packets", false);
            config.options.alert = alert(item.options());
        }
        "anomaly" if enabled(item.options()) => records.anomaly = Some(anomaly(item.options())),
        "drop" if enabled(item.options()) => {
            records.drop = Some(drop_records(item.options()));
            item.options().set("alerts", &mut config.options.drop_alerts, flag);
            item.options().set("verdict", &mut config.options.drop_verdict, flag);
        }
        "stats" if enabled(item.options()) => records.stats = Some(stats(item.options())),
        "files" if enabled(item.options()) => records.files = Some(file_store::shown(item.options())),
        "flow" if enabled(item.options()) => {
            records.flow = true;
            item.options()
                .set("exception-policy", &mut config.options.flow_exceptions, flag);
        }
        name if protocols.contains(&name) && enabled(item.options()) => {
            records.protocols.insert(name.to_owned(), item.options().settings());
            // Suricata: FTP's data connections are part of FTP's type (verify: ftp-download-active).
            if name == "ftp" {
                let options = item.options().settings();
                records.protocols.entry("ftp_data".to_owned()).or_insert(options);
            }
        }
        // Records of other types are not written: whether they are on or off has no effect.
        _ => {}
    }
}

fn alert(section: &Section<'_>) -> AlertOptions {
    let mut options = AlertOptions::default();
    section.set("payload", &mut options.payload, flag);
    section.set("payload-printable", &mut options.payload_printable, flag);
    section.set("payload-length", &mut options.payload_length, flag);
    section.set("packet", &mut options.packet, flag);
    section.set("verdict", &mut options.verdict, flag);
    let metadata = section.section("metadata");
    if metadata.text().is_some() {
        // Suricata: `metadata: no` leaves out what the keys below it would.
        let all = section.flag("metadata", true);
        (options.metadata, options.flow) = (all, all);
        return options;
    }
    metadata.set("flow", &mut options.flow, flag);
    let rule = metadata.section("rule");
    rule.set("metadata", &mut options.metadata, flag);
    rule.set("raw", &mut options.rule, flag);
    rule.set("reference", &mut options.references, flag);
    options
}

fn anomaly(section: &Section<'_>) -> AnomalyRecords {
    let mut records = AnomalyRecords {
        decode: false,
        stream: false,
        applayer: true,
    };
    let types = section.section("types");
    types.set("decode", &mut records.decode, flag);
    types.set("stream", &mut records.stream, flag);
    types.set("applayer", &mut records.applayer, flag);
    records
}

fn drop_records(section: &Section<'_>) -> DropRecords {
    let mut records = DropRecords { all_of_flow: false };
    section.set("flows", &mut records.all_of_flow, |text| {
        choice(text, &[("start", false), ("all", true)])
    });
    records
}

fn stats(section: &Section<'_>) -> StatsRecords {
    let mut records = StatsRecords {
        totals: true,
        threads: false,
        deltas: false,
        zeros: true,
    };
    section.set("null-values", &mut records.zeros, flag);
    section.set("zero-valued-counters", &mut records.zeros, flag);
    section.set("totals", &mut records.totals, flag);
    section.set("threads", &mut records.threads, flag);
    section.set("deltas", &mut records.deltas, flag);
    records
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::Notes;
    use crate::tree::read_text;
    use crate::unused::unused;

    fn read(yaml: &str) -> (EveLogConfig, Vec<String>, Vec<String>) {
        let tree = read_text(yaml).expect("it is YAML");
        let notes = Notes::default();
        let config = eve_log(&Section::root(&tree.root, &notes), Some("s1"), &["dns"]);
        let told = notes.errors.borrow().iter().map(ToString::to_string).collect();
        (config, told, unused(&tree.root))
    }

    #[test]
    fn records_are_those_that_are_named() {
        let (config, told, unused) = read(
            "types:\n  - alert:\n      tagged-packets: yes\n  - flow\n  - anomaly:\n      types: {decode: yes, applayer: no}\n  - drop:\n      flows: all\n\
             \x20     alerts: yes\n  - stats: {totals: no, threads: yes, deltas: yes}\n  - http: {extended: yes}\n  - dns: {requests: no}\n",
        );
        assert_eq!(told, Vec::<String>::new());
        let records = &config.records;
        assert!(records.alert && records.flow && records.tagged_packets);
        assert_eq!(
            records.anomaly,
            Some(AnomalyRecords {
                decode: true,
                stream: false,
                applayer: false
            })
        );
        assert_eq!(records.drop, Some(DropRecords { all_of_flow: true }));
        assert_eq!(
            records.stats,
            Some(StatsRecords {
                totals: false,
                threads: true,
                deltas: true,
                zeros: true
            })
        );
        assert!(config.options.drop_alerts);
        assert_eq!(unused, ["types (http)"]);
        assert_eq!(records.protocols["dns"].flag("requests", true), Ok(false));
        assert_eq!(config.options.sensor_name.as_deref(), Some("s1"));
    }

    #[test]
    fn nothing_is_written_unless_named() {
        let (config, _, _) =
            read("ipv6-compress: yes\nethernet: yes\npcap-file: yes\nappend: no\nfilename: e\nfiletype: regular\n");
        let options = &config.options;
        assert!(options.ipv6_compress && options.ethernet && options.pcap_filename && !config.append);
        let (config, _, _) = read("types:\n  - anomaly:\n      enabled: no\n  - flow:\n      enabled: no\n");
        assert_eq!(config.records, EveRecords::default());
        assert_eq!((config.filename.to_str(), config.append), (Some("eve.json"), true));
    }

    #[test]
    fn alerts_show_what_is_asked_for() {
        let (config, _, _) =
            read("types:\n  - alert: {payload: yes, payload-printable: yes, payload-length: yes, packet: yes}\n");
        let alert = config.options.alert;
        assert!(
            alert.payload
                && alert.payload_printable
                && alert.payload_length
                && alert.packet
                && alert.metadata
                && alert.flow
                && !alert.rule
        );
        let (config, _, _) = read("types:\n  - alert: {metadata: no}\n");
        assert!(!config.options.alert.metadata && !config.options.alert.flow);
        let (config, _, _) =
            read("types:\n  - alert: {metadata: {flow: no, rule: {metadata: no, raw: yes, reference: yes}}}\n");
        let alert = config.options.alert;
        assert!(!alert.metadata && !alert.flow && alert.rule && alert.references);
    }

    #[test]
    fn the_seed_belongs_to_the_community_id() {
        assert_eq!(
            read("community-id: true\ncommunity-id-seed: 5\n").0.community_id,
            Some(5)
        );
        assert_eq!(read("community-id: yes\n").0.community_id, Some(0));
        assert_eq!(
            read("community-id: false\ncommunity-id-seed: 0\n"),
            (read("").0, vec![], vec![])
        );
    }

    #[test]
    fn mistakes_are_told() {
        let (_, told, _) = read(
            "filetype: fax\ncommunity-id: yes\ncommunity-id-seed: 65536\ntypes:\n  - alert: {payload: perhaps}\n  - drop: {flows: some}\n",
        );
        insta::assert_snapshot!(told.join("\n"));
    }
}
