//! What services and their procedures are called: for EVE records.

use super::uuid::Uuid;

/// A service, by its interface.
#[derive(Debug)]
pub(super) struct Service {
    uuid: u128,
    /// Its name.
    pub name: &'static str,
    /// Its procedures, by the number of the operation.
    procedures: &'static [&'static str],
}

impl Service {
    /// The procedure of that number.
    pub fn procedure(&self, opnum: u16) -> Option<&'static str> {
        self.procedures
            .get(usize::from(opnum))
            .copied()
            .filter(|name| !name.is_empty())
    }
}

/// The service of that interface.
pub(super) fn service(uuid: Uuid) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.uuid == uuid.0)
}

static SERVICES: &[Service] = &[Service {
    uuid: 0x3919286a_b10c_11d0_9ba8_00c04fd92ef5,
    name: "dssetup",
    procedures: &[
        "DsRolerGetPrimaryDomainInformation",
        "DsRolerDnsNameToFlatName",
        "DsRolerDcAsDc",
        "DsRolerDcAsReplica",
        "DsRolerDemoteDc",
        "DsRolerGetDcOperationProgress",
        "DsRolerGetDcOperationResults",
        "DsRolerCancel",
        "DsRolerServerSaveStateForUpgrade",
        "DsRolerUpgradeDownlevelServer",
        "DsRolerAbortDownlevelServerUpgrade",
    ],
}];
