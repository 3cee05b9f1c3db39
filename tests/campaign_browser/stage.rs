//! The stage of a campaign: a real server with the demo, and an engineer's phone on a line that can be cut.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;

use super::{
    Done,
    chromium::Chromium,
    office::{Office, PASSWORD},
    page::Page,
    power_cut::Disks,
};
use crate::{line::Line, server::Server};

const ENGINEER: &str = "li";
/// The first start compiles the program and fetches everything.
const FIRST_START: Duration = Duration::from_secs(60);

/// Server, line, phone and the office that looks at what arrived.
pub struct Stage {
    /// Disks that forget, where the campaign cuts the power. Taken away before the phone is.
    pub disks: Option<Disks>,
    pub server: Server,
    pub phone: Phone,
    pub office: Office,
    /// Where the engineer may write notes.
    pub tickets: Vec<String>,
}

/// The engineer's phone: a profile that outlives its browser.
pub struct Phone {
    pub line: Line,
    profile: TempDir,
    running: Option<(Chromium, Page)>,
}

impl Stage {
    /// Starts the server, signs the engineer in, and closes the browser again properly, so that everything a
    /// phone has after its first day lies on the disk.
    ///
    /// # Errors
    /// What does not work.
    pub fn set() -> Done<Self> {
        let server = Server::start();
        let office = Office::open(server.port())?;
        let profile = tempfile::tempdir().map_err(|why| why.to_string())?;
        let mut phone = Phone { line: Line::to(server.port()), profile, running: None };
        phone.start()?;
        let tickets = phone.sign_in()?;
        phone.close()?;
        Ok(Self { disks: None, server, phone, office, tickets })
    }
}

impl Phone {
    /// Opens the browser with one empty tab.
    ///
    /// # Errors
    /// Why it does not start.
    pub fn start(&mut self) -> Done {
        let chromium = Chromium::start(self.profile.path())?;
        let page = chromium.tab()?;
        self.running = Some((chromium, page));
        Ok(())
    }

    /// The tab.
    ///
    /// # Errors
    /// That the browser is not open.
    pub fn page(&self) -> Done<&Page> {
        self.running.as_ref().map(|(_, page)| page).ok_or_else(|| "the browser is closed".into())
    }

    /// One more tab.
    ///
    /// # Errors
    /// What Chromium does not like.
    pub fn new_tab(&self) -> Done<Page> {
        let (chromium, _) = self.running.as_ref().ok_or("the browser is closed")?;
        chromium.tab()
    }

    /// Whether the browser is open.
    pub fn is_open(&self) -> bool {
        self.running.is_some()
    }

    /// Kills the browser; what its tab had said can still be asked of what is given back.
    ///
    /// # Errors
    /// That the browser is not open.
    pub fn kill(&mut self) -> Done<Page> {
        let (chromium, page) = self.running.take().ok_or("the browser is closed")?;
        drop(chromium);
        Ok(page)
    }

    /// Closes the browser as a person does.
    ///
    /// # Errors
    /// That it does not close.
    pub fn close(&mut self) -> Done {
        match self.running.take() {
            Some((chromium, _)) => chromium.close(),
            None => Ok(()),
        }
    }

    /// The address of a page of the app.
    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.line.port())
    }

    /// Where the browser keeps this site's data.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.profile().join("Default").join(name)
    }

    /// The profile's folder.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }

    /// Opens the page of a ticket, where notes are written.
    ///
    /// # Errors
    /// What is there instead.
    pub fn open_ticket(&self, ticket: &str) -> Done {
        let page = self.page()?;
        page.open(&self.address(&format!("/tickets/{ticket}")))?;
        page.until("the ticket is there", "!!document.querySelector('#note')")
    }

    /// Mends the line, asks the app to send, and waits until nothing waits.
    ///
    /// # Errors
    /// What can be read on the screen instead.
    pub fn send_all(&self) -> Done {
        self.line.mend();
        let page = self.page()?;
        page.open(&self.address("/outbox"))?;
        page.until(
            "everything is sent",
            // Pressed again while it waits: a person would.
            "['fine', 'conflict'].includes(campaign.state()) || (campaign.click('sync-now'), false)",
        )
    }

    fn sign_in(&self) -> Done<Vec<String>> {
        let page = self.page()?;
        page.open(&self.address("/sign-in"))?;
        page.fill("#login", ENGINEER)?;
        page.fill("#password", PASSWORD)?;
        page.press("sign-in")?;
        page.until_within(FIRST_START, "the data are there", "campaign.state() === 'fine'")?;
        let installed = "navigator.serviceWorker.getRegistration().then((r) => r?.active?.state === 'activated')";
        page.until_within(FIRST_START, "the app is installed", installed)?;
        page.open(&self.address("/tickets"))?;
        let links = "[...document.querySelectorAll('[data-name=ticket] a.ticket__title')]";
        page.until("tickets are there", &format!("{links}.length > 0"))?;
        let tickets: Vec<String> =
            page.js(&format!("{links}.map((a) => a.pathname.split('/').at(-1))"))?;
        // Not all of them take notes.
        let mut open = Vec::new();
        for ticket in tickets {
            page.open(&self.address(&format!("/tickets/{ticket}")))?;
            page.until("the ticket is there", "!!document.querySelector('.timeline')")?;
            if page.js(&format!("campaign.named({})", json!("save-note")))? {
                open.push(ticket);
            }
        }
        if open.is_empty() { Err("no ticket takes notes".into()) } else { Ok(open) }
    }
}
