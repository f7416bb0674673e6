//! Commands a second: the bare reference model; the same cases with every check judging every
//! step; and the same where it is only compared with a run that was judged before.

mod common;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use entra_conformance::reference::ReferenceModel;
use std::hint::black_box;

fn throughput(criterion: &mut Criterion) {
    let cases = common::cases(2_000);
    let mut model = ReferenceModel::default();
    assert!(common::run_judged(&mut model, &cases) > 0, "the cases exercise no rule");
    let mut group = criterion.benchmark_group("commands");
    group.throughput(Throughput::Elements(common::commands_in(&cases)));
    group.bench_function("model alone", |bencher| {
        bencher.iter(|| common::run_alone(&mut model, &cases));
    });
    group.bench_function("model and all checks", |bencher| {
        bencher.iter(|| black_box(common::run_judged(&mut model, &cases)));
    });
    let judged = common::observed(&mut model, &cases);
    group.bench_function("model compared with a judged run", |bencher| {
        bencher.iter(|| common::run_compared(&mut model, &cases, &judged));
    });
    group.finish();
}

criterion_group!(benches, throughput);
criterion_main!(benches);
