//! What services and their procedures are called, for EVE records: from the documents of each ([MS-SCMR], [MS-SAMR],
//! [MS-LSAD], [MS-NRPC], [MS-SRVS], [MS-WKST], [MS-RRP], [MS-TSCH], [MS-DRSR], [MS-DCOM], [MS-RPRN], [MS-EFSR], ...).

use super::uuid::Uuid;

/// A service, by its interface.
#[derive(Debug)]
pub(super) struct Service {
    uuid: u128,
    /// Its name.
    pub name: &'static str,
    /// Its procedures, in the order of their numbers, with spaces between; `-` for none.
    procedures: &'static str,
}

impl Service {
    /// The procedure of that number.
    pub fn procedure(&self, opnum: u16) -> Option<&'static str> {
        self.procedures
            .split_ascii_whitespace()
            .nth(opnum.into())
            .filter(|name| *name != "-")
    }
}

/// The service of that interface.
pub(super) fn service(uuid: Uuid) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.uuid == uuid.0)
}

const fn named(uuid: u128, name: &'static str, procedures: &'static str) -> Service {
    Service { uuid, name, procedures }
}

static SERVICES: &[Service] = &[
    named(
        0xe1af8308_5d1f_11c9_91a4_08002b14a0fa,
        "epmapper",
        "ept_insert ept_delete ept_lookup ept_map ept_lookup_handle_free ept_inq_object ept_mgmt_delete",
    ),
    named(
        0xafa8bd80_7d8a_11c9_bef4_08002b102989,
        "mgmt",
        "inq_if_ids inq_stats is_server_listening stop_server_listening inq_princ_name",
    ),
    named(
        0x367abb81_9844_35f1_ad32_98f038001003,
        "svcctl",
        "CloseServiceHandle ControlService DeleteService LockServiceDatabase QueryServiceObjectSecurity \
         SetServiceObjectSecurity QueryServiceStatus SetServiceStatus UnlockServiceDatabase NotifyBootConfigStatus \
         ScSetServiceBitsW ChangeServiceConfigW CreateServiceW EnumDependentServicesW EnumServicesStatusW \
         OpenSCManagerW OpenServiceW QueryServiceConfigW QueryServiceLockStatusW StartServiceW GetServiceDisplayNameW \
         GetServiceKeyNameW ScSetServiceBitsA ChangeServiceConfigA CreateServiceA EnumDependentServicesA \
         EnumServicesStatusA OpenSCManagerA OpenServiceA QueryServiceConfigA QueryServiceLockStatusA StartServiceA \
         GetServiceDisplayNameA GetServiceKeyNameA ScGetCurrentGroupStateW EnumServiceGroupW ChangeServiceConfig2A \
         ChangeServiceConfig2W QueryServiceConfig2A QueryServiceConfig2W QueryServiceStatusEx EnumServicesStatusExA \
         EnumServicesStatusExW ScSendTSMessage CreateServiceWOW64A CreateServiceWOW64W ScQueryServiceTagInfo \
         NotifyServiceStatusChange GetNotifyResult CloseNotifyHandle ControlServiceExA ControlServiceExW \
         ScSendPnPMessage ScValidatePnPService ScOpenServiceStatusHandle - QueryServiceConfigEx - - - \
         CreateWowService - - - OpenSCManager2",
    ),
    named(
        0x12345778_1234_abcd_ef00_0123456789ac,
        "samr",
        "SamrConnect SamrCloseHandle SamrSetSecurityObject SamrQuerySecurityObject SamrShutdownSamServer \
         SamrLookupDomainInSamServer SamrEnumerateDomainsInSamServer SamrOpenDomain SamrQueryInformationDomain \
         SamrSetInformationDomain SamrCreateGroupInDomain SamrEnumerateGroupsInDomain SamrCreateUserInDomain \
         SamrEnumerateUsersInDomain SamrCreateAliasInDomain SamrEnumerateAliasesInDomain SamrGetAliasMembership \
         SamrLookupNamesInDomain SamrLookupIdsInDomain SamrOpenGroup SamrQueryInformationGroup \
         SamrSetInformationGroup SamrAddMemberToGroup SamrDeleteGroup SamrRemoveMemberFromGroup \
         SamrGetMembersInGroup SamrSetMemberAttributesOfGroup SamrOpenAlias SamrQueryInformationAlias \
         SamrSetInformationAlias SamrDeleteAlias SamrAddMemberToAlias SamrRemoveMemberFromAlias \
         SamrGetMembersInAlias SamrOpenUser SamrDeleteUser SamrQueryInformationUser SamrSetInformationUser \
         SamrChangePasswordUser SamrGetGroupsForUser SamrQueryDisplayInformation SamrGetDisplayEnumerationIndex \
         SamrTestPrivateFunctionsDomain SamrTestPrivateFunctionsUser SamrGetUserDomainPasswordInformation \
         SamrRemoveMemberFromForeignDomain SamrQueryInformationDomain2 SamrQueryInformationUser2 \
         SamrQueryDisplayInformation2 SamrGetDisplayEnumerationIndex2 SamrCreateUser2InDomain \
         SamrQueryDisplayInformation3 SamrAddMultipleMembersToAlias SamrRemoveMultipleMembersFromAlias \
         SamrOemChangePasswordUser2 SamrUnicodeChangePasswordUser2 SamrGetDomainPasswordInformation SamrConnect2 \
         SamrSetInformationUser2 SamrSetBootKeyInformation SamrGetBootKeyInformation SamrConnect3 SamrConnect4 \
         SamrUnicodeChangePasswordUser3 SamrConnect5 SamrRidToSid SamrSetDSRMPassword SamrValidatePassword",
    ),
    named(
        0x12345778_1234_abcd_ef00_0123456789ab,
        "lsarpc",
        "LsarClose LsarDelete LsarEnumeratePrivileges LsarQuerySecurityObject LsarSetSecurityObject \
         LsarChangePassword LsarOpenPolicy LsarQueryInformationPolicy LsarSetInformationPolicy LsarClearAuditLog \
         LsarCreateAccount LsarEnumerateAccounts LsarCreateTrustedDomain LsarEnumerateTrustedDomains \
         LsarLookupNames LsarLookupSids LsarCreateSecret LsarOpenAccount LsarEnumeratePrivilegesAccount \
         LsarAddPrivilegesToAccount LsarRemovePrivilegesFromAccount LsarGetQuotasForAccount \
         LsarSetQuotasForAccount LsarGetSystemAccessAccount LsarSetSystemAccessAccount LsarOpenTrustedDomain \
         LsarQueryInfoTrustedDomain LsarSetInformationTrustedDomain LsarOpenSecret LsarSetSecret LsarQuerySecret \
         LsarLookupPrivilegeValue LsarLookupPrivilegeName LsarLookupPrivilegeDisplayName LsarDeleteObject \
         LsarEnumerateAccountsWithUserRight LsarEnumerateAccountRights LsarAddAccountRights \
         LsarRemoveAccountRights LsarQueryTrustedDomainInfo LsarSetTrustedDomainInfo LsarDeleteTrustedDomain \
         LsarStorePrivateData LsarRetrievePrivateData LsarOpenPolicy2 LsarGetUserName LsarQueryInformationPolicy2 \
         LsarSetInformationPolicy2 LsarQueryTrustedDomainInfoByName LsarSetTrustedDomainInfoByName \
         LsarEnumerateTrustedDomainsEx LsarCreateTrustedDomainEx LsarCloseTrustedDomainEx \
         LsarQueryDomainInformationPolicy LsarSetDomainInformationPolicy LsarOpenTrustedDomainByName \
         LsarTestCall LsarLookupSids2 LsarLookupNames2 LsarCreateTrustedDomainEx2 - - - - - - - - LsarLookupNames3 \
         - - - - LsarQueryForestTrustInformation LsarSetForestTrustInformation - LsarLookupSids3 LsarLookupNames4",
    ),
    named(
        0x12345678_1234_abcd_ef00_01234567cffb,
        "netlogon",
        "NetrLogonUasLogon NetrLogonUasLogoff NetrLogonSamLogon NetrLogonSamLogoff NetrServerReqChallenge \
         NetrServerAuthenticate NetrServerPasswordSet NetrDatabaseDeltas NetrDatabaseSync NetrAccountDeltas \
         NetrAccountSync NetrGetDCName NetrLogonControl NetrGetAnyDCName NetrLogonControl2 \
         NetrServerAuthenticate2 NetrDatabaseSync2 NetrDatabaseRedo NetrLogonControl2Ex \
         NetrEnumerateTrustedDomains DsrGetDcName NetrLogonGetCapabilities NetrLogonSetServiceBits \
         NetrLogonGetTrustRid NetrLogonComputeServerDigest NetrLogonComputeClientDigest NetrServerAuthenticate3 \
         DsrGetDcNameEx DsrGetSiteName NetrLogonGetDomainInfo NetrServerPasswordSet2 NetrServerPasswordGet \
         NetrLogonSendToSam DsrAddressToSiteNamesW DsrGetDcNameEx2 NetrLogonGetTimeServiceParentDomain \
         NetrEnumerateTrustedDomainsEx DsrAddressToSiteNamesExW DsrGetDcSiteCoverageW NetrLogonSamLogonEx \
         DsrEnumerateDomainTrusts DsrDeregisterDnsHostRecords NetrServerTrustPasswordsGet \
         DsrGetForestTrustInformation NetrGetForestTrustInformation NetrLogonSamLogonWithFlags \
         NetrServerGetTrustInfo",
    ),
    named(
        0x4b324fc8_1670_01d3_1278_5a47bf6ee188,
        "srvsvc",
        "NetrCharDevEnum NetrCharDevGetInfo NetrCharDevControl NetrCharDevQEnum NetrCharDevQGetInfo \
         NetrCharDevQSetInfo NetrCharDevQPurge NetrCharDevQPurgeSelf NetrConnectionEnum NetrFileEnum \
         NetrFileGetInfo NetrFileClose NetrSessionEnum NetrSessionDel NetrShareAdd NetrShareEnum NetrShareGetInfo \
         NetrShareSetInfo NetrShareDel NetrShareDelSticky NetrShareCheck NetrServerGetInfo NetrServerSetInfo \
         NetrServerDiskEnum NetrServerStatisticsGet NetrServerTransportAdd NetrServerTransportEnum \
         NetrServerTransportDel NetrRemoteTOD NetrServerSetServiceBits NetprPathType NetprPathCanonicalize \
         NetprPathCompare NetprNameValidate NetprNameCanonicalize NetprNameCompare NetrShareEnumSticky \
         NetrShareDelStart NetrShareDelCommit NetrpGetFileSecurity NetrpSetFileSecurity NetrServerTransportAddEx \
         NetrServerSetServiceBitsEx NetrDfsGetVersion NetrDfsCreateLocalPartition NetrDfsDeleteLocalPartition \
         NetrDfsSetLocalVolumeState NetrDfsSetServerInfo NetrDfsCreateExitPoint NetrDfsDeleteExitPoint \
         NetrDfsModifyPrefix NetrDfsFixLocalVolume NetrDfsManagerReportSiteInfo NetrServerTransportDelEx",
    ),
    named(
        0x6bffd098_a112_3610_9833_46c3f87e345a,
        "wkssvc",
        "NetrWkstaGetInfo NetrWkstaSetInfo NetrWkstaUserEnum NetrWkstaUserGetInfo NetrWkstaUserSetInfo \
         NetrWkstaTransportEnum NetrWkstaTransportAdd NetrWkstaTransportDel NetrUseAdd NetrUseGetInfo NetrUseDel \
         NetrUseEnum NetrMessageBufferSend NetrWorkstationStatisticsGet NetrLogonDomainNameAdd \
         NetrLogonDomainNameDel NetrJoinDomain NetrUnjoinDomain NetrRenameMachineInDomain NetrValidateName \
         NetrGetJoinInformation NetrGetJoinableOUs NetrJoinDomain2 NetrUnjoinDomain2 NetrRenameMachineInDomain2 \
         NetrValidateName2 NetrGetJoinableOUs2 NetrAddAlternateComputerName NetrRemoveAlternateComputerName \
         NetrSetPrimaryComputerName NetrEnumerateComputerNames",
    ),
    named(
        0x338cd001_2244_31f1_aaaa_900038001003,
        "winreg",
        "OpenClassesRoot OpenCurrentUser OpenLocalMachine OpenPerformanceData OpenUsers BaseRegCloseKey \
         BaseRegCreateKey BaseRegDeleteKey BaseRegDeleteValue BaseRegEnumKey BaseRegEnumValue BaseRegFlushKey \
         BaseRegGetKeySecurity BaseRegLoadKey BaseRegNotifyChangeKeyValue BaseRegOpenKey BaseRegQueryInfoKey \
         BaseRegQueryValue BaseRegReplaceKey BaseRegRestoreKey BaseRegSaveKey BaseRegSetKeySecurity \
         BaseRegSetValue BaseRegUnLoadKey BaseInitiateSystemShutdown BaseAbortSystemShutdown BaseRegGetVersion \
         OpenCurrentConfig OpenDynData BaseRegQueryMultipleValues BaseInitiateSystemShutdownEx BaseRegSaveKeyEx \
         OpenPerformanceText OpenPerformanceNlsText BaseRegQueryMultipleValues2 BaseRegDeleteKeyEx",
    ),
    named(
        0x1ff70682_0a51_30e8_076d_740be8cee98b,
        "atsvc",
        "NetrJobAdd NetrJobDel NetrJobEnum NetrJobGetInfo",
    ),
    named(
        0x86d35949_83c9_4044_b424_db363231fd0c,
        "ITaskSchedulerService",
        "SchRpcHighestVersion SchRpcRegisterTask SchRpcRetrieveTask SchRpcCreateFolder SchRpcSetSecurity \
         SchRpcGetSecurity SchRpcEnumFolders SchRpcEnumTasks SchRpcEnumInstances SchRpcGetInstanceInfo \
         SchRpcStopInstance SchRpcStop SchRpcRun SchRpcDelete SchRpcRename SchRpcScheduledRuntimes \
         SchRpcGetLastRunInfo SchRpcGetTaskInfo SchRpcGetNumberOfMissedRuns SchRpcEnableTask",
    ),
    named(
        0xe3514235_4b06_11d1_ab04_00c04fc2dcd2,
        "drsuapi",
        "DRSBind DRSUnbind DRSReplicaSync DRSGetNCChanges DRSUpdateRefs DRSReplicaAdd DRSReplicaDel \
         DRSReplicaModify DRSVerifyNames DRSGetMemberships DRSInterDomainMove DRSGetNT4ChangeLog DRSCrackNames \
         DRSWriteSPN DRSRemoveDsServer DRSRemoveDsDomain DRSDomainControllerInfo DRSAddEntry DRSExecuteKCC \
         DRSGetReplInfo DRSAddSidHistory DRSGetMemberships2 DRSReplicaVerifyObjects DRSGetObjectExistence \
         DRSQuerySitesByCost DRSInitDemotion DRSReplicaDemotion DRSFinishDemotion DRSAddCloneDC DRSWriteNgcKey \
         DRSReadNgcKey",
    ),
    named(
        0x3919286a_b10c_11d0_9ba8_00c04fd92ef5,
        "dssetup",
        "DsRolerGetPrimaryDomainInformation DsRolerDnsNameToFlatName DsRolerDcAsDc DsRolerDcAsReplica \
         DsRolerDemoteDc DsRolerGetDcOperationProgress DsRolerGetDcOperationResults DsRolerCancel \
         DsRolerServerSaveStateForUpgrade DsRolerUpgradeDownlevelServer DsRolerAbortDownlevelServerUpgrade",
    ),
    named(
        0x12345678_1234_abcd_ef00_0123456789ab,
        "spoolss",
        "RpcEnumPrinters RpcOpenPrinter RpcSetJob RpcGetJob RpcEnumJobs RpcAddPrinter RpcDeletePrinter \
         RpcSetPrinter RpcGetPrinter RpcAddPrinterDriver RpcEnumPrinterDrivers RpcGetPrinterDriver \
         RpcGetPrinterDriverDirectory RpcDeletePrinterDriver RpcAddPrintProcessor RpcEnumPrintProcessors \
         RpcGetPrintProcessorDirectory RpcStartDocPrinter RpcStartPagePrinter RpcWritePrinter RpcEndPagePrinter \
         RpcAbortPrinter RpcReadPrinter RpcEndDocPrinter RpcAddJob RpcScheduleJob RpcGetPrinterData \
         RpcSetPrinterData RpcWaitForPrinterChange RpcClosePrinter RpcAddForm RpcDeleteForm RpcGetForm RpcSetForm \
         RpcEnumForms RpcEnumPorts RpcEnumMonitors - - - - - - - - - - - RpcDeletePrintProcessor - - \
         RpcEnumPrintProcessorDatatypes RpcResetPrinter RpcGetPrinterDriver2 - - \
         RpcFindClosePrinterChangeNotification - RpcReplyOpenPrinter RpcRouterReplyPrinter RpcReplyClosePrinter \
         - - - - RpcRemoteFindFirstPrinterChangeNotificationEx RpcRouterReplyPrinterEx \
         RpcRouterRefreshPrinterChangeNotification - RpcOpenPrinterEx RpcAddPrinterEx RpcSetPort \
         RpcEnumPrinterData RpcDeletePrinterData - - - RpcSetPrinterDataEx RpcGetPrinterDataEx \
         RpcEnumPrinterDataEx RpcEnumPrinterKey RpcDeletePrinterDataEx RpcDeletePrinterKey - \
         RpcDeletePrinterDriverEx RpcAddPerMachineConnection RpcDeletePerMachineConnection \
         RpcEnumPerMachineConnections RpcXcvData RpcAddPrinterDriverEx",
    ),
    named(0xc681d488_d850_11d0_8c52_00c04fd90f7e, "efsrpc", EFSRPC),
    named(0xdf1941c5_fe89_4e79_bf10_463657acf44d, "efsrpc", EFSRPC),
    named(
        0x4fc742e0_4a10_11cf_8273_00aa004ae673,
        "netdfs",
        "NetrDfsManagerGetVersion NetrDfsAdd NetrDfsRemove NetrDfsSetInfo NetrDfsGetInfo NetrDfsEnum NetrDfsMove \
         NetrDfsRename NetrDfsManagerGetConfigInfo NetrDfsManagerSendSiteInfo NetrDfsAddFtRoot \
         NetrDfsRemoveFtRoot NetrDfsAddStdRoot NetrDfsRemoveStdRoot NetrDfsManagerInitialize \
         NetrDfsAddStdRootForced NetrDfsGetDcAddress NetrDfsSetDcAddress NetrDfsFlushFtTable NetrDfsAdd2 \
         NetrDfsRemove2 NetrDfsEnumEx NetrDfsSetInfo2",
    ),
    named(
        0x894de0c0_0d55_11d3_a322_00c04fa321a1,
        "InitShutdown",
        "BaseInitiateShutdown BaseAbortShutdown BaseInitiateShutdownEx",
    ),
    named(
        0x99fcfec4_5260_101b_bbcb_00aa0021347a,
        "IObjectExporter",
        "ResolveOxid SimplePing ComplexPing ServerAlive ResolveOxid2 ServerAlive2",
    ),
    named(
        0x4d9f4ab8_7d1c_11cf_861e_0020af6e7c57,
        "IActivation",
        "RemoteActivation",
    ),
    named(
        0x000001a0_0000_0000_c000_000000000046,
        "IRemoteSCMActivator",
        "QueryInterfaceIRemoteSCMActivator AddRefIRemoteISCMActivator ReleaseIRemoteISCMActivator \
         RemoteGetClassObject RemoteCreateInstance",
    ),
    named(
        0x00000131_0000_0000_c000_000000000046,
        "IRemUnknown",
        "QueryInterface AddRef Release RemQueryInterface RemAddRef RemRelease",
    ),
    named(
        0x00000143_0000_0000_c000_000000000046,
        "IRemUnknown2",
        "QueryInterface AddRef Release RemQueryInterface RemAddRef RemRelease RemQueryInterface2",
    ),
    named(
        0x00020400_0000_0000_c000_000000000046,
        "IDispatch",
        "QueryInterface AddRef Release GetTypeInfoCount GetTypeInfo GetIDsOfNames Invoke",
    ),
    named(
        0xf309ad18_d86a_11d0_a075_00c04fb68820,
        "IWbemLevel1Login",
        "QueryInterface AddRef Release EstablishPosition RequestChallenge WBEMLogin NTLMLogin",
    ),
    named(
        0x9556dc99_828c_11cf_a37e_00aa003240c7,
        "IWbemServices",
        "QueryInterface AddRef Release OpenNamespace CancelAsyncCall QueryObjectSink GetObject GetObjectAsync \
         PutClass PutClassAsync DeleteClass DeleteClassAsync CreateClassEnum CreateClassEnumAsync PutInstance \
         PutInstanceAsync DeleteInstance DeleteInstanceAsync CreateInstanceEnum CreateInstanceEnumAsync ExecQuery \
         ExecQueryAsync ExecNotificationQuery ExecNotificationQueryAsync ExecMethod ExecMethodAsync",
    ),
];

const EFSRPC: &str = "EfsRpcOpenFileRaw EfsRpcReadFileRaw EfsRpcWriteFileRaw EfsRpcCloseRaw EfsRpcEncryptFileSrv \
    EfsRpcDecryptFileSrv EfsRpcQueryUsersOnFile EfsRpcQueryRecoveryAgents EfsRpcRemoveUsersFromFile \
    EfsRpcAddUsersToFile - EfsRpcNotSupported EfsRpcFileKeyInfo EfsRpcDuplicateEncryptionInfoFile - \
    EfsRpcAddUsersToFileEx EfsRpcFileKeyInfoEx - EfsRpcGetEncryptedFileMetadata EfsRpcSetEncryptedFileMetadata \
    EfsRpcFlushEfsCache EfsRpcEncryptFileExSrv EfsRpcQueryProtectors";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn procedures_by_number() {
        let procedure = |uuid, opnum| service(Uuid(uuid)).and_then(|service| service.procedure(opnum));
        assert_eq!(
            procedure(0x367abb81_9844_35f1_ad32_98f038001003, 45),
            Some("CreateServiceWOW64W")
        );
        assert_eq!(procedure(0x367abb81_9844_35f1_ad32_98f038001003, 55), None);
        assert_eq!(
            procedure(0x12345678_1234_abcd_ef00_01234567cffb, 26),
            Some("NetrServerAuthenticate3")
        );
        assert_eq!(
            procedure(0x12345678_1234_abcd_ef00_0123456789ab, 65),
            Some("RpcRemoteFindFirstPrinterChangeNotificationEx")
        );
        assert_eq!(
            procedure(0x12345678_1234_abcd_ef00_0123456789ab, 89),
            Some("RpcAddPrinterDriverEx")
        );
        assert_eq!(
            procedure(0x12345778_1234_abcd_ef00_0123456789ab, 76),
            Some("LsarLookupSids3")
        );
        assert_eq!(procedure(0, 0), None);
    }
}
