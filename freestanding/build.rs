//! Links without a C library, its start files or a dynamic loader. `-no-pie`, because nothing here
//! relocates the program when it starts.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for argument in ["-nostartfiles", "-nostdlib", "-static", "-no-pie"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
