//! Writes what `bench/run.sh` measures: `bench_pack DIR PORT COUNT` makes so many checks of one request each, a profile
//! that trusts them, and the same requests as Hurl files.

use std::path::Path;

use preflight::pack::load::Catalog;

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, port, count] = arguments.as_slice() else { return Err("usage: bench_pack DIR PORT COUNT".into()) };
    write(Path::new(folder), port.parse()?, count.parse()?)
}

fn write(folder: &Path, port: u16, count: usize) -> Result<(), Failed> {
    let (checks, hurl) = (folder.join("checks/bench/simple"), folder.join("hurl"));
    std::fs::create_dir_all(&checks)?;
    std::fs::create_dir_all(&hurl)?;
    let provider = format!(
        "name: Bench\nversion: \"1\"\nitems: [{{ id: simple.all, section: Simple, text: Every request is answered }}]\n\
         environments: {{ test: {{ apis: {{ main: \"http://127.0.0.1:{port}\" }} }} }}\n\
         apis: {{ main: {{ header: {{ X-Api-Key: \"{{{{ api_key }}}}\" }} }} }}\n"
    );
    std::fs::write(folder.join("checks/bench/provider.yaml"), provider)?;
    for at in 0..count {
        let check = format!(
            "id: simple.unit-{at}\ntitle: Item {at} answers\nitems: [simple.all]\nstage: test\n\
             docs: https://docs.example/items\nwhy: A benchmark.\nfix: None.\n\
             when:\n  - {{ request: GET /items/{at}, api: main, as: one }}\n\
             then:\n  - {{ response: one, status: 200, body: {{ $.id: 7, $.name: fixed, $.state: {{ matches: ^re }} }} }}\n"
        );
        std::fs::write(checks.join(format!("unit-{at}.yaml")), check)?;
        let same = format!(
            "GET http://127.0.0.1:{port}/items/{at}\nX-Api-Key: bench-key-0001\nHTTP 200\n[Asserts]\n\
             jsonpath \"$.id\" == 7\njsonpath \"$.name\" == \"fixed\"\njsonpath \"$.state\" matches /^re/\n"
        );
        std::fs::write(hurl.join(format!("unit-{at}.hurl")), same)?;
    }
    let catalog = Catalog::from_folder(&folder.join("checks")).map_err(|problems| problems.render(false))?;
    let digest = &catalog.packs.get("bench").ok_or("the pack is not there")?.digest;
    let profile = format!(
        "partner: Bench\nprovider: bench\ntrust: {{ bench: {{ digest: sha256:{digest}, hosts: {{ test: [127.0.0.1] }}, allow_hosts: [127.0.0.1] }} }}\n\
         environments: {{ test: {{ api_key: bench-key-0001 }} }}\n"
    );
    std::fs::write(folder.join("profile.yaml"), profile)?;
    Ok(())
}
