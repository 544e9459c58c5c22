//! Links without a C library, its start files or a dynamic loader. On Linux `-no-pie`, because nothing
//! here relocates the program when it starts.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=cortex-m.ld");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("none") {
        let here = env::var("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
        println!("cargo::rustc-link-arg-bins=-T{here}/cortex-m.ld");
    } else {
        for argument in ["-nostartfiles", "-nostdlib", "-static", "-no-pie"] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
