//! Packs and fixtures are compiled into the program; a file that is added must be noticed.

fn main() {
    println!("cargo::rerun-if-changed=checks");
    println!("cargo::rerun-if-changed=fixtures");
}
