//! The `ayuda` binary; everything is in the library.

// Rows, frames and futures are made on one thread and dropped on another, which the system's allocator is slow at:
// about a tenth of the time of a message.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    server::cli::main()
}
