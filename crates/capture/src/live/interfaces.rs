//! The interfaces of this machine, and why one does not open.

use std::net::IpAddr;

use pcap::Device;

use crate::error::CaptureError;
use crate::filter::reason;

/// A network interface of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// What [`Live::open`](crate::Live::open) takes.
    pub name: String,
    /// What libpcap knows about it.
    pub description: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Whether it is up.
    pub up: bool,
    /// Whether it is a loopback.
    pub loopback: bool,
}

/// The interfaces that can be captured on, in libpcap's order: the likeliest first.
///
/// # Errors
///
/// [`CaptureError::Interface`] where the system does not list them.
pub fn interfaces() -> Result<Vec<Interface>, CaptureError> {
    let devices = Device::list().map_err(|e| CaptureError::Interface {
        interface: "the list of interfaces".into(),
        reason: reason(&e),
    })?;
    let networks = devices.into_iter().filter(|device| !is_no_network(&device.name));
    Ok(networks
        .map(|device| Interface {
            up: device.flags.is_up(),
            loopback: device.flags.is_loopback(),
            addresses: device.addresses.iter().map(|address| address.addr).collect(),
            description: device.desc,
            name: device.name,
        })
        .collect())
}

/// Why an interface does not open.
pub(crate) fn cannot_open(name: &str, reason: &str) -> CaptureError {
    let interface = name.to_owned();
    let known = interfaces().unwrap_or_default();
    if !known.is_empty() && !known.iter().any(|one| one.name == name) && !is_no_network(name) {
        return CaptureError::NoInterface {
            name: interface,
            known: known.into_iter().map(|one| one.name).collect(),
        };
    }
    let says = |text: &str| reason.to_ascii_lowercase().contains(text);
    if says("permission") || says("permitted") || says("cap_net_raw") {
        let reason = reason.to_owned();
        return CaptureError::Permission { interface, reason };
    }
    let down = says("not up") || says("is down");
    let remedy = if down {
        format!("; bring it up: ip link set {name} up")
    } else {
        String::new()
    };
    CaptureError::Interface {
        interface,
        reason: format!("cannot be opened: {reason}{remedy}"),
    }
}

/// What libpcap lists beside network interfaces.
fn is_no_network(name: &str) -> bool {
    ["bluetooth", "dbus-", "nflog", "nfqueue", "usbmon"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}
