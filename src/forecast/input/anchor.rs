//! The source anchor, as Connect makes it from Active Directory.

use super::record::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The 16 bytes of a GUID in the order in which Active Directory keeps them: the first three groups of its
/// text are numbers, the lowest byte first.
pub(super) fn guid_bytes(text: &str) -> Option<[u8; 16]> {
    let text = text.trim().trim_start_matches('{').trim_end_matches('}');
    let groups: Vec<&str> = text.split('-').collect();
    if groups.iter().map(|group| group.len()).ne([8, 4, 4, 4, 12]) {
        return None;
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hex(&groups.concat())?);
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    Some(bytes)
}

/// The source anchor that stands for bytes.
pub(super) fn anchor(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of an attribute of bytes, as the tools write one: a GUID, hexadecimal digits, base64, or a list
/// of numbers.
pub(super) fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Text(text) => bytes_of_text(text.trim()),
        Value::List(list) => {
            list.iter().map(byte).collect::<Option<Vec<u8>>>().filter(|all| !all.is_empty())
        }
        // A collection of one value, as some versions of the cmdlets wrap it.
        Value::Map(entries) => {
            let (_, value) = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case("value"))?;
            bytes(value)
        }
        _ => None,
    }
}

fn byte(value: &Value) -> Option<u8> {
    match value {
        Value::Number(number) | Value::Text(number) => number.trim().parse().ok(),
        _ => None,
    }
}

fn bytes_of_text(text: &str) -> Option<Vec<u8>> {
    if let Some(bytes) = guid_bytes(text) {
        return Some(bytes.to_vec());
    }
    let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    if digits.len() == 32
        && let Some(bytes) = hex(&digits)
    {
        return Some(bytes);
    }
    let numbers: Vec<&str> =
        text.split([' ', ',', ';']).filter(|number| !number.is_empty()).collect();
    if numbers.len() > 1 {
        return numbers.iter().map(|number| number.parse().ok()).collect();
    }
    STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty())
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    if !digits.is_ascii() || digits.len() % 2 == 1 {
        return None;
    }
    let pairs = (0..digits.len()).step_by(2).map(|at| &digits[at..at + 2]);
    // `from_str_radix` takes a sign.
    let is_plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    pairs.map(|pair| u8::from_str_radix(pair, 16).ok().filter(|_| is_plain)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const BYTES: [u8; 16] = [
        0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
        0xff,
    ];

    #[rstest]
    #[case::guid("00112233-4455-6677-8899-aabbccddeeff")]
    #[case::in_braces("{00112233-4455-6677-8899-AABBCCDDEEFF}")]
    #[case::hexadecimal("33221100554477668899AABBCCDDEEFF")]
    #[case::hexadecimal_in_pairs("33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff")]
    #[case::base64("MyIRAFVEd2aImaq7zN3u/w==")]
    #[case::numbers("51 34 17 0 85 68 119 102 136 153 170 187 204 221 238 255")]
    fn bytes_are_read_as_the_tools_write_them(#[case] text: &str) {
        assert_eq!(bytes(&Value::Text(text.to_owned())).as_deref(), Some(&BYTES[..]));
        assert_eq!(anchor(&BYTES), "MyIRAFVEd2aImaq7zN3u/w==");
    }

    #[rstest]
    #[case::nothing("")]
    #[case::words("not a guid")]
    #[case::too_large_a_number("300 1")]
    #[case::no_ascii("ÄÖ")]
    fn what_stands_for_no_bytes_is_not_read(#[case] text: &str) {
        assert_eq!(bytes(&Value::Text(text.to_owned())), None);
    }
}
