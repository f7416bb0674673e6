//! What cases are drawn with: the same on every machine, whatever the number of threads.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What draws the case with this number in a run with this seed; or, in another `stream`, something else
/// about that case.
pub(super) fn runner(seed: u64, number: u64, stream: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    bytes[16..24].copy_from_slice(&stream.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng)
}
