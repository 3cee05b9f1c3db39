//! One stylesheet instead of many: a phone on a slow network asks once, not forty times.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{
    postbuild,
    shell::{self, Done},
};

/// Puts the stylesheets the page in `dist` links together, in the order of their links.
pub(crate) fn join(dist: &Path) -> Done {
    let page = dist.join("index.html");
    let text = shell::read(&page)?;
    let (rest, links) = links(&text);
    if links.len() < 2 {
        return Ok(());
    }
    let mut css = String::new();
    for address in &links {
        let file = dist.join(address.trim_start_matches('/'));
        css += &shell::read(&file)?;
        postbuild::remove(&file)?;
    }
    let hash = postbuild::hex(&Sha256::digest(&css));
    let name = format!("style-{}.css", &hash[..16]);
    shell::write(&dist.join(&name), css)?;
    let link = format!("<link rel=\"stylesheet\" href=\"/{name}\">\n</head>");
    shell::write(&page, rest.replacen("</head>", &link, 1))
}

/// The page without its stylesheet links, and their addresses.
fn links(page: &str) -> (String, Vec<String>) {
    const START: &str = "<link rel=\"stylesheet\" href=\"";
    let mut rest = String::new();
    let mut links = Vec::new();
    let mut pieces = page.split(START);
    rest += pieces.next().unwrap_or_default();
    for piece in pieces {
        let (address, after) = piece.split_once('"').unwrap_or((piece, ""));
        links.push(address.to_owned());
        let after = after.split_once('>').map_or("", |(_, after)| after);
        rest = rest.trim_end().to_owned() + "\n";
        rest += after.trim_start();
    }
    (rest, links)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_links_is_the_order_of_the_styles() {
        let page = "<head>\n  <link rel=\"stylesheet\" href=\"/a.css\" integrity=\"x\"/>\n  \
                    <link rel=\"stylesheet\" href=\"/b.css\"/>\n</head>";
        let (rest, links) = links(page);
        assert_eq!(links, ["/a.css", "/b.css"]);
        assert_eq!(rest, "<head>\n</head>");
    }
}
