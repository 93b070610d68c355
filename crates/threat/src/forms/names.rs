//! What MITRE calls the weaknesses (CWE) and patterns of attack (CAPEC) whose numbers rules name.
//!
//! Names of CWE and CAPEC, copyright The MITRE Corporation, used by its terms.

/// The name of a weakness, by its number.
pub(super) fn cwe(id: u16) -> Option<&'static str> {
    named(&CWE, id)
}

/// The name of a pattern of attack, by its number.
pub(super) fn capec(id: u16) -> Option<&'static str> {
    named(&CAPEC, id)
}

fn named(names: &[(u16, &'static str)], id: u16) -> Option<&'static str> {
    let at = names.binary_search_by_key(&id, |(known, _)| *known).ok()?;
    names.get(at).map(|(_, name)| *name)
}

const CWE: [(u16, &str); 122] = [
    (15, "External Control of System or Configuration Setting"),
    (20, "Improper Input Validation"),
    (22, "Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')"),
    (
        78,
        "Improper Neutralization of Special Elements used in an OS Command ('OS Command Injection')",
    ),
    (79, "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')"),
    (89, "Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')"),
    (90, "Improper Neutralization of Special Elements used in an LDAP Query ('LDAP Injection')"),
    (
        113,
        "Improper Neutralization of CRLF Sequences in HTTP Headers ('HTTP Request/Response Splitting')",
    ),
    (117, "Improper Output Neutralization for Logs"),
    (158, "Improper Neutralization of Null Byte or NUL Character"),
    (173, "Improper Handling of Alternate Encoding"),
    (178, "Improper Handling of Case Sensitivity"),
    (200, "Exposure of Sensitive Information to an Unauthorized Actor"),
    (203, "Observable Discrepancy"),
    (204, "Observable Response Discrepancy"),
    (209, "Generation of Error Message Containing Sensitive Information"),
    (213, "Exposure of Sensitive Information Due to Incompatible Policies"),
    (223, "Omission of Security-relevant Information"),
    (235, "Improper Handling of Extra Parameters"),
    (250, "Execution with Unnecessary Privileges"),
    (256, "Plaintext Storage of a Password"),
    (260, "Password in Configuration File"),
    (269, "Improper Privilege Management"),
    (285, "Improper Authorization"),
    (287, "Improper Authentication"),
    (288, "Authentication Bypass Using an Alternate Path or Channel"),
    (290, "Authentication Bypass by Spoofing"),
    (294, "Authentication Bypass by Capture-replay"),
    (295, "Improper Certificate Validation"),
    (304, "Missing Critical Step in Authentication"),
    (306, "Missing Authentication for Critical Function"),
    (307, "Improper Restriction of Excessive Authentication Attempts"),
    (308, "Use of Single-factor Authentication"),
    (312, "Cleartext Storage of Sensitive Information"),
    (319, "Cleartext Transmission of Sensitive Information"),
    (321, "Use of Hard-coded Cryptographic Key"),
    (324, "Use of a Key Past its Expiration Date"),
    (326, "Inadequate Encryption Strength"),
    (330, "Use of Insufficiently Random Values"),
    (345, "Insufficient Verification of Data Authenticity"),
    (346, "Origin Validation Error"),
    (347, "Improper Verification of Cryptographic Signature"),
    (352, "Cross-Site Request Forgery (CSRF)"),
    (353, "Missing Support for Integrity Check"),
    (
        362,
        "Concurrent Execution using Shared Resource with Improper Synchronization ('Race Condition')",
    ),
    (367, "Time-of-check Time-of-use (TOCTOU) Race Condition"),
    (384, "Session Fixation"),
    (400, "Uncontrolled Resource Consumption"),
    (405, "Asymmetric Resource Consumption (Amplification)"),
    (409, "Improper Handling of Highly Compressed Data (Data Amplification)"),
    (420, "Unprotected Alternate Channel"),
    (434, "Unrestricted Upload of File with Dangerous Type"),
    (436, "Interpretation Conflict"),
    (441, "Unintended Proxy or Intermediary ('Confused Deputy')"),
    (444, "Inconsistent Interpretation of HTTP Requests ('HTTP Request/Response Smuggling')"),
    (451, "User Interface (UI) Misrepresentation of Critical Information"),
    (472, "External Control of Assumed-Immutable Web Parameter"),
    (489, "Active Debug Code"),
    (494, "Download of Code Without Integrity Check"),
    (497, "Exposure of Sensitive System Information to an Unauthorized Control Sphere"),
    (502, "Deserialization of Untrusted Data"),
    (522, "Insufficiently Protected Credentials"),
    (524, "Use of Cache Containing Sensitive Information"),
    (525, "Use of Web Browser Cache Containing Sensitive Information"),
    (527, "Exposure of Version-Control Repository to an Unauthorized Control Sphere"),
    (530, "Exposure of Backup File to an Unauthorized Control Sphere"),
    (532, "Insertion of Sensitive Information into Log File"),
    (540, "Inclusion of Sensitive Information in Source Code"),
    (552, "Files or Directories Accessible to External Parties"),
    (565, "Reliance on Cookies without Validation and Integrity Checking"),
    (566, "Authorization Bypass Through User-Controlled SQL Primary Key"),
    (598, "Use of GET Request Method With Sensitive Query Strings"),
    (601, "URL Redirection to Untrusted Site ('Open Redirect')"),
    (602, "Client-Side Enforcement of Server-Side Security"),
    (611, "Improper Restriction of XML External Entity Reference"),
    (613, "Insufficient Session Expiration"),
    (620, "Unverified Password Change"),
    (639, "Authorization Bypass Through User-Controlled Key"),
    (640, "Weak Password Recovery Mechanism for Forgotten Password"),
    (643, "Improper Neutralization of Data within XPath Expressions ('XPath Injection')"),
    (645, "Overly Restrictive Account Lockout Mechanism"),
    (647, "Use of Non-Canonical URL Paths for Authorization Decisions"),
    (650, "Trusting HTTP Permission Methods on the Server Side"),
    (672, "Operation on a Resource after Expiration or Release"),
    (674, "Uncontrolled Recursion"),
    (693, "Protection Mechanism Failure"),
    (732, "Incorrect Permission Assignment for Critical Resource"),
    (757, "Selection of Less-Secure Algorithm During Negotiation ('Algorithm Downgrade')"),
    (759, "Use of a One-Way Hash without a Salt"),
    (770, "Allocation of Resources Without Limits or Throttling"),
    (776, "Improper Restriction of Recursive Entity References in DTDs ('XML Entity Expansion')"),
    (778, "Insufficient Logging"),
    (798, "Use of Hard-coded Credentials"),
    (799, "Improper Control of Interaction Frequency"),
    (807, "Reliance on Untrusted Inputs in a Security Decision"),
    (829, "Inclusion of Functionality from Untrusted Control Sphere"),
    (837, "Improper Enforcement of a Single, Unique Action"),
    (841, "Improper Enforcement of Behavioral Workflow"),
    (862, "Missing Authorization"),
    (863, "Incorrect Authorization"),
    (912, "Hidden Functionality"),
    (915, "Improperly Controlled Modification of Dynamically-Determined Object Attributes"),
    (916, "Use of Password Hash With Insufficient Computational Effort"),
    (
        917,
        "Improper Neutralization of Special Elements used in an Expression Language Statement ('Expression Language Injection')",
    ),
    (918, "Server-Side Request Forgery (SSRF)"),
    (921, "Storage of Sensitive Data in a Mechanism without Access Control"),
    (922, "Insecure Storage of Sensitive Information"),
    (940, "Improper Verification of Source of a Communication Channel"),
    (942, "Permissive Cross-domain Policy with Untrusted Domains"),
    (943, "Improper Neutralization of Special Elements in Data Query Logic"),
    (1021, "Improper Restriction of Rendered UI Layers or Frames"),
    (1104, "Use of Unmaintained Third Party Components"),
    (1220, "Insufficient Granularity of Access Control"),
    (1236, "Improper Neutralization of Formula Elements in a CSV File"),
    (1284, "Improper Validation of Specified Quantity in Input"),
    (1287, "Improper Validation of Specified Type of Input"),
    (
        1321,
        "Improperly Controlled Modification of Object Prototype Attributes ('Prototype Pollution')",
    ),
    (1333, "Inefficient Regular Expression Complexity"),
    (1336, "Improper Neutralization of Special Elements Used in a Template Engine"),
    (1385, "Missing Origin Validation in WebSockets"),
    (1391, "Use of Weak Credentials"),
    (1395, "Dependency on Vulnerable Third-Party Component"),
];

const CAPEC: [(u16, &str); 117] = [
    (1, "Accessing Functionality Not Properly Constrained by ACLs"),
    (2, "Inducing Account Lockout"),
    (16, "Dictionary-based Password Attack"),
    (21, "Exploitation of Trusted Identifiers"),
    (22, "Exploiting Trust in Client"),
    (23, "File Content Injection"),
    (26, "Leveraging Race Conditions"),
    (29, "Leveraging Time-of-Check and Time-of-Use (TOCTOU) Race Conditions"),
    (31, "Accessing/Intercepting/Modifying HTTP Cookies"),
    (33, "HTTP Request Smuggling"),
    (34, "HTTP Response Splitting"),
    (36, "Using Unpublished Interfaces or Functionality"),
    (37, "Retrieve Embedded Sensitive Data"),
    (43, "Exploiting Multiple Input Interpretation Layers"),
    (49, "Password Brute Forcing"),
    (50, "Password Recovery Exploitation"),
    (54, "Query System for Information"),
    (55, "Rainbow Table Password Cracking"),
    (58, "Restful Privilege Elevation"),
    (59, "Session Credential Falsification through Prediction"),
    (60, "Reusing Session IDs (aka Session Replay)"),
    (61, "Session Fixation"),
    (62, "Cross Site Request Forgery"),
    (64, "Using Slashes and URL Encoding Combined to Bypass Validation Logic"),
    (66, "SQL Injection"),
    (74, "Manipulating State"),
    (75, "Manipulating Writeable Configuration Files"),
    (76, "Manipulating Web Input to File System Calls"),
    (77, "Manipulating User-Controlled Variables"),
    (83, "XPath Injection"),
    (87, "Forceful Browsing"),
    (88, "OS Command Injection"),
    (93, "Log Injection-Tampering-Forging"),
    (94, "Adversary in the Middle (AiTM)"),
    (98, "Phishing"),
    (103, "Clickjacking"),
    (107, "Cross Site Tracing"),
    (111, "JSON Hijacking (aka JavaScript Hijacking)"),
    (112, "Brute Force"),
    (114, "Authentication Abuse"),
    (115, "Authentication Bypass"),
    (116, "Excavation"),
    (121, "Exploit Non-Production Interfaces"),
    (122, "Privilege Abuse"),
    (125, "Flooding"),
    (126, "Path Traversal"),
    (128, "Integer Attacks"),
    (130, "Excessive Allocation"),
    (136, "LDAP Injection"),
    (139, "Relative Path Traversal"),
    (140, "Bypassing of Intermediate Forms in Multiple-Form Sets"),
    (143, "Detect Unpublicized Web Pages"),
    (148, "Content Spoofing"),
    (150, "Collect Data from Common Resource Locations"),
    (151, "Identity Spoofing"),
    (153, "Input Data Manipulation"),
    (158, "Sniffing Network Traffic"),
    (162, "Manipulating Hidden Fields"),
    (166, "Force the System to Reset Values"),
    (170, "Web Application Fingerprinting"),
    (179, "Calling Micro-Services Directly"),
    (180, "Exploiting Incorrectly Configured Access Control Security Levels"),
    (184, "Software Integrity Attack"),
    (191, "Read Sensitive Constants Within an Executable"),
    (196, "Session Credential Falsification through Forging"),
    (197, "Exponential Data Expansion"),
    (201, "Serialized Data External Linking"),
    (204, "Lifting Sensitive Data Embedded in Cache"),
    (208, "Removing/short-circuiting 'Purse' logic: removing/mutating 'cash' decrements"),
    (209, "XSS Using MIME Type Mismatch"),
    (212, "Functionality Misuse"),
    (215, "Fuzzing for application mapping"),
    (220, "Client-Server Protocol Manipulation"),
    (221, "Data Serialization External Entities Blowup"),
    (226, "Session Credential Falsification through Manipulation"),
    (227, "Sustained Client Engagement"),
    (230, "Serialized Data with Nested Payloads"),
    (231, "Oversized Serialized Data Payloads"),
    (233, "Privilege Escalation"),
    (240, "Resource Injection"),
    (242, "Code Injection"),
    (267, "Leverage Alternate Encoding"),
    (268, "Audit Log Manipulation"),
    (271, "Schema Poisoning"),
    (273, "HTTP Response Smuggling"),
    (274, "HTTP Verb Tampering"),
    (310, "Scanning for Vulnerable Software"),
    (384, "Application API Message Manipulation via Man-in-the-Middle"),
    (386, "Application API Navigation Remapping"),
    (460, "HTTP Parameter Pollution (HPP)"),
    (465, "Transparent Proxy Abuse"),
    (469, "HTTP DoS"),
    (475, "Signature Spoofing by Improper Validation"),
    (488, "HTTP Flood"),
    (491, "Quadratic Data Expansion"),
    (492, "Regular Expression Exponential Blowup"),
    (497, "File Discovery"),
    (538, "Open-Source Library Manipulation"),
    (545, "Pull Data from System Resources"),
    (554, "Functionality Bypass"),
    (565, "Password Spraying"),
    (571, "Block Logging to Central Repository"),
    (575, "Account Footprinting"),
    (578, "Disable Security Software"),
    (586, "Object Injection"),
    (591, "Reflected XSS"),
    (592, "Stored XSS"),
    (593, "Session Hijacking"),
    (600, "Credential Stuffing"),
    (620, "Drop Encryption Level"),
    (635, "Alternative Execution Due to Deceptive Filenames"),
    (639, "Probe System Files"),
    (650, "Upload a Web Shell to a Web Server"),
    (651, "Eavesdropping"),
    (664, "Server Side Request Forgery"),
    (675, "Retrieve Data from Decommissioned Devices"),
    (676, "NoSQL Injection"),
];

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::rules::RULES;

    /// Credit and licence: `tests/lists/README.md`.
    const CWE_LIST: &str = include_str!("../../tests/lists/cwe.tsv");
    const CAPEC_LIST: &str = include_str!("../../tests/lists/capec.tsv");
    const D3FEND_LIST: &str = include_str!("../../tests/lists/d3fend.tsv");

    /// The rows of a list, by their first column.
    fn rows(list: &'static str) -> BTreeMap<&'static str, Vec<&'static str>> {
        let row = |line: &'static str| {
            line.split_once('\t').map(|(id, rest)| (id, rest.split('\t').collect()))
        };
        list.lines().filter_map(row).collect()
    }

    #[test]
    fn numbers_have_the_names_of_their_lists_and_no_other_has_one() {
        for (list, names, used) in [
            (CWE_LIST, &CWE[..], RULES.iter().flat_map(|rule| rule.cwe).collect::<BTreeSet<_>>()),
            (CAPEC_LIST, &CAPEC[..], RULES.iter().flat_map(|rule| rule.capec).collect()),
        ] {
            let rows = rows(list);
            for (id, name) in names {
                let row = rows
                    .get(id.to_string().as_str())
                    .unwrap_or_else(|| panic!("{id} is in no list"));
                assert_eq!(row.last(), Some(name), "{id}");
            }
            assert_eq!(names.iter().map(|(id, _)| id).collect::<BTreeSet<_>>(), used);
            assert!(names.is_sorted_by_key(|(id, _)| *id), "they are searched by halves");
        }
    }

    #[test]
    fn a_threat_names_weaknesses_and_nothing_that_nothing_may_be_mapped_to() {
        let rows = rows(CWE_LIST);
        let may_be_named = |id: &u16| {
            let row = rows.get(id.to_string().as_str());
            row.is_some_and(|row| {
                row.first() == Some(&"weakness") && row.get(1) != Some(&"Prohibited")
            })
        };
        for rule in RULES {
            let wrong = rule.cwe.iter().find(|id| !may_be_named(id));
            assert_eq!(wrong, None, "CWE of {}", rule.id);
        }
        for id in [16, 840, 1000, 1059] {
            assert!(!may_be_named(&id), "{id} is a view, a category, or prohibited");
        }
    }

    #[test]
    fn techniques_are_in_their_list_and_no_other_is_there() {
        let used: BTreeSet<&str> = RULES.iter().flat_map(|rule| rule.d3fend).copied().collect();
        let listed: BTreeSet<&str> = rows(D3FEND_LIST).into_keys().collect();
        assert_eq!(used, listed);
    }
}
