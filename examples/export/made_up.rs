//! A made-up export in the cmdlets' format, of any size: names, places and departments are invented.

use std::fmt::Write as _;

/// A directory and a tenant, as `ConvertTo-Json` writes them.
pub(crate) struct MadeUp {
    /// `Get-ADUser -Properties *`, in part.
    pub(crate) ad_users: String,
    /// `Get-MgUser`, in part.
    pub(crate) mg_users: String,
    /// `Get-MgRoleManagementDirectoryRoleAssignment`.
    pub(crate) roles: String,
}

const FIRST: [&str; 12] =
    ["Ada", "Bela", "Cleo", "Dina", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jule", "Kaya", "Lio"];
const LAST: [&str; 11] = [
    "Ahorn", "Birke", "Distel", "Eibe", "Farn", "Ginster", "Hasel", "Iris", "Klee", "Linde", "Mohn",
];
const DEPARTMENTS: [&str; 4] = ["Sales", "Stores", "Research", "Support"];

/// A directory of `count` users, and a tenant in which one of ten is of each of these sorts: synchronised
/// already (four of ten), matched by name, by address, by anchor; an administrator; the holder of another
/// anchor; not there at all.
pub(crate) fn made_up(count: usize) -> MadeUp {
    let mut made = MadeUp { ad_users: "[\n".into(), mg_users: "[\n".into(), roles: "[\n".into() };
    for number in 0..count {
        let (first, last) = (FIRST[number % FIRST.len()], LAST[number % LAST.len()]);
        let name = format!("{}.{}{number}", first.to_lowercase(), last.to_lowercase());
        let department = DEPARTMENTS[number % DEPARTMENTS.len()];
        let comma = if number == 0 { "" } else { ",\n" };
        let bytes = scattered(number);
        let guid = guid(&bytes);
        let _ = write!(
            made.ad_users,
            r#"{comma}{{"DisplayName": "{first} {last}", "DistinguishedName": "CN={name},DC=contoso,DC=com", "Department": "{department}",
 "ObjectClass": "user", "ObjectGUID": "{guid}", "SamAccountName": "u{number}",
 "UserPrincipalName": "{name}@contoso.com", "mail": "{name}@contoso.com", "whenCreated": "\/Date(1700000000000)\/",
 "proxyAddresses": ["SMTP:{name}@contoso.com", "smtp:u{number}@contoso.com"], "mS-DS-ConsistencyGuid": null}}"#
        );
        let anchor = format!("\"{}\"", base64(&bytes));
        let other = format!("\"{}\"", base64(&scattered(count + number)));
        let (upn, mail, anchor, synced) = match number % 10 {
            0..=3 => (format!("{name}@contoso.com"), name.clone(), &*anchor, "true"),
            4 => (format!("{name}@contoso.com"), format!("old{number}"), "null", "null"),
            5 => (format!("cloud{number}@contoso.com"), name.clone(), "null", "null"),
            6 => (format!("cloud{number}@contoso.com"), format!("c{number}"), &*anchor, "false"),
            7 => (format!("{name}@contoso.com"), name.clone(), "null", "null"),
            8 => (format!("{name}@contoso.com"), name.clone(), &*other, "null"),
            _ => (format!("stranger{number}@contoso.com"), format!("s{number}"), "null", "null"),
        };
        let _ = write!(
            made.mg_users,
            r#"{comma}{{"Id": "aaaaaaaa-0000-0000-0000-{number:012x}", "UserPrincipalName": "{upn}", "DisplayName": "{first} {last}",
 "Mail": "{mail}@contoso.com", "Department": "{department}", "ProxyAddresses": ["SMTP:{mail}@contoso.com"],
 "OnPremisesImmutableId": {anchor}, "OnPremisesSyncEnabled": {synced}, "DeletedDateTime": null, "AccountEnabled": true}}"#
        );
        if number % 10 == 7 {
            let comma = if number == 7 { "" } else { ",\n" };
            let _ = write!(
                made.roles,
                r#"{comma}{{"Id": "r{number}", "PrincipalId": "aaaaaaaa-0000-0000-0000-{number:012x}", "RoleDefinitionId": "62e90394-69f5-4237-9190-012177145e10"}}"#
            );
        }
    }
    for text in [&mut made.ad_users, &mut made.mg_users, &mut made.roles] {
        text.push_str("\n]\n");
    }
    made
}

/// 16 bytes that look like chance, the same for the same number.
fn scattered(number: usize) -> [u8; 16] {
    let mut state = number as u128 + 1;
    for _ in 0..4 {
        state = state.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645) ^ (state >> 61);
    }
    state.to_le_bytes()
}

/// The GUID of which Active Directory keeps these bytes: the first three groups are numbers, the lowest byte
/// first.
fn guid(bytes: &[u8; 16]) -> String {
    let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let mut text = String::new();
    for (at, byte) in order.into_iter().enumerate() {
        let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        let _ = write!(text, "{dash}{:02x}", bytes[byte]);
    }
    text
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let three = [part[0], part.get(1).copied().unwrap_or(0), part.get(2).copied().unwrap_or(0)];
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for letter in 0..4 {
            let is_there = letter <= part.len();
            let six = (bits >> (18 - 6 * letter)) & 63;
            text.push(if is_there { char::from(LETTERS[six as usize]) } else { '=' });
        }
    }
    text
}
