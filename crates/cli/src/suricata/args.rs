//! Suricata's command line, as it is read.

use std::path::PathBuf;

use clap::{ArgAction, Parser};

use crate::args::{Checksums, Manner, RunArgs};

/// Suricata's command line, as far as it is spoken here.
#[derive(Debug, Parser)]
#[command(
    name = "suricata",
    disable_version_flag = true,
    args_override_self = true,
    about = "Suricata's own command line",
    max_term_width = 100
)]
pub struct Suricata {
    /// The configuration [default: /etc/suricata/suricata.yaml, if it is there]
    #[arg(short = 'c', value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A configuration that is read after the other; may be repeated
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub include: Vec<PathBuf>,
    /// Set a key of the configuration; may be repeated
    #[arg(long, value_name = "KEY=VALUE", action = ArgAction::Append)]
    pub set: Vec<String>,
    /// Rules, instead of the configuration's; may be repeated
    #[arg(short = 'S', value_name = "FILE", action = ArgAction::Append)]
    pub only: Vec<PathBuf>,
    /// Rules, beside the configuration's; may be repeated
    #[arg(short = 's', value_name = "FILE", action = ArgAction::Append)]
    pub also: Vec<PathBuf>,
    /// A capture, or a folder of captures
    #[arg(short = 'r', value_name = "PATH")]
    pub capture: Option<PathBuf>,
    /// Look for captures in the folders below, too
    #[arg(long)]
    pub pcap_file_recursive: bool,
    /// Remove captures that were read to their end
    #[arg(long)]
    pub pcap_file_delete: bool,
    /// Not possible here: a folder is read once
    #[arg(long)]
    pub pcap_file_continuous: bool,
    /// An interface; may be repeated
    #[arg(short = 'i', value_name = "IFACE", action = ArgAction::Append)]
    pub interface: Vec<String>,
    /// The same: frames are taken by libpcap
    #[arg(long, value_name = "IFACE", action = ArgAction::Append, require_equals = true)]
    pub pcap: Vec<String>,
    /// The same as -i: frames are taken from the kernel's ring, where that can be
    #[arg(long, value_name = "IFACE", action = ArgAction::Append, require_equals = true)]
    pub af_packet: Vec<String>,
    /// A file with a BPF filter
    #[arg(short = 'F', value_name = "FILE")]
    pub filter_file: Option<PathBuf>,
    /// Where logs go
    #[arg(short = 'l', value_name = "DIR")]
    pub log_dir: Option<PathBuf>,
    /// Whether checksums are looked at
    #[arg(short = 'k', value_name = "all|none")]
    pub checksums: Option<Checksums>,
    /// Test the configuration and the rules
    #[arg(short = 'T')]
    pub test: bool,
    /// Print the version
    #[arg(short = 'V')]
    pub version: bool,
    /// Say more; may be repeated
    #[arg(short = 'v', action = ArgAction::Count)]
    pub verbose: u8,
    /// `single`, `autofp` or `workers`; the output is the same
    #[arg(long, value_name = "MODE")]
    pub runmode: Option<String>,
    /// Act as if the program stood between two networks
    #[arg(long)]
    pub simulate_ips: bool,
    /// Rules and files in error end the program
    #[arg(long)]
    pub init_errors_fatal: bool,
    /// Load no rules
    #[arg(long)]
    pub disable_detection: bool,
    /// Write what the rules look like once loaded, and stop
    #[arg(long)]
    pub engine_analysis: bool,
    /// Nothing is random here
    #[arg(long)]
    pub no_random: bool,
    /// Where files that rules write and read again are
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Become this user once the interfaces are open
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Write the number of the process to this file
    #[arg(long, value_name = "FILE")]
    pub pidfile: Option<PathBuf>,
    /// Print what the program was built with
    #[arg(long)]
    pub build_info: bool,
    /// Print the configuration
    #[arg(long)]
    pub dump_config: bool,
    /// Print the features that rules may ask for
    #[arg(long)]
    pub dump_features: bool,
    /// List keywords; all about them with `all` or a name, as a table with `csv`
    #[arg(long, value_name = "all|csv|NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub list_keywords: Option<String>,
    /// List application protocols
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub list_app_layer_protos: Option<String>,
    /// List the protocols that headers of rules may name
    #[arg(long)]
    pub list_rule_protos: bool,
    /// List the ways to run
    #[arg(long)]
    pub list_runmodes: bool,
    /// Not possible here: rules for firewalls
    #[arg(long)]
    pub firewall: bool,
    /// Not possible here: rules for firewalls
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub firewall_rules_exclusive: Vec<PathBuf>,
    /// Not possible here: start it with a service manager
    #[arg(short = 'D')]
    pub daemon: bool,
    /// Not possible here: traffic from a queue of the kernel
    #[arg(short = 'q', value_name = "QUEUE", action = ArgAction::Append)]
    pub queue: Vec<String>,
    /// Not possible here: control by a socket
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub unix_socket: Option<String>,
    /// A BPF filter
    #[arg(value_name = "BPF FILTER", trailing_var_arg = true)]
    pub filter: Vec<String>,
}

impl Suricata {
    /// What was asked for and is not possible here, with the reason: a script that counts on it should know.
    pub fn refused(&self) -> Option<&'static str> {
        let asked = [
            (
                self.firewall || !self.firewall_rules_exclusive.is_empty(),
                "rules for firewalls are not supported yet: leave out --firewall and --firewall-rules-exclusive",
            ),
            (
                self.daemon,
                "-D is not supported: start the program with a service manager such as systemd",
            ),
            (
                !self.queue.is_empty(),
                "-q is not supported: traffic comes from captures and interfaces only",
            ),
            (
                self.unix_socket.is_some(),
                "--unix-socket is not supported: the program takes signals only",
            ),
            (
                self.pcap_file_continuous,
                "--pcap-file-continuous is not supported: a folder is read once, so that the same captures give the same output",
            ),
        ];
        asked.into_iter().find(|(asked, _)| *asked).map(|(_, reason)| reason)
    }

    /// The interfaces, however they were named.
    pub fn interfaces(&self) -> Vec<String> {
        let all = self.interface.iter().chain(&self.pcap).chain(&self.af_packet);
        all.cloned().collect()
    }

    /// The same in this program's own terms; `filter` is the text of the BPF filter.
    pub fn into_run(self, #[cfg_attr(not(feature = "live"), expect(unused))] filter: Option<String>) -> RunArgs {
        let exclusive = !self.only.is_empty();
        #[cfg(feature = "live")]
        let capture_method = match self.pcap.is_empty() {
            true => crate::args::CaptureMethod::Auto,
            false => crate::args::CaptureMethod::Pcap,
        };
        RunArgs {
            #[cfg(feature = "live")]
            interface: self.interfaces(),
            rules: if exclusive { self.only } else { self.also },
            pcap: self.capture.into_iter().collect(),
            config: self.config,
            set: self.set,
            log_dir: self.log_dir,
            checksums: self.checksums,
            dialect: Some(rule_parser::Dialect::Suricata),
            threads: None,
            #[cfg(feature = "live")]
            cpu_affinity: None,
            #[cfg(feature = "live")]
            filter,
            #[cfg(feature = "live")]
            capture_method,
            snaplen: 262_144,
            no_promiscuous: false,
            count: None,
            user: self.user,
            test: self.test,
            keep_going: !self.init_errors_fatal,
            fail_on: None,
            json: false,
            verbose: self.verbose,
            quiet: false,
            manner: Manner {
                suricata: true,
                inline: self.simulate_ips,
                exclusive,
                no_rules: self.disable_detection,
                data_dir: self.data_dir,
                include: self.include,
                analysis: self.engine_analysis,
                places: false,
                delete: self.pcap_file_delete,
            },
        }
    }
}
