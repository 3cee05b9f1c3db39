//! What is being filled in about a person.

use domain::{
    Id,
    user::{Role, User},
};
use leptos::prelude::*;

use crate::{device::device, locale::words::ALL_ROLES};

/// A handle: copying it costs nothing.
#[derive(Clone, Copy)]
pub struct Form {
    pub open: RwSignal<bool>,
    /// The person who is changed; none for a new one.
    pub known: RwSignal<Option<User>>,
    id: RwSignal<Option<Id<User>>>,
    pub name: RwSignal<String>,
    pub phone: RwSignal<String>,
    pub team: RwSignal<String>,
    pub skills: RwSignal<String>,
    pub regions: RwSignal<String>,
    pub active: RwSignal<bool>,
    pub roles: StoredValue<Vec<(Role, RwSignal<bool>)>>,
    pub login: RwSignal<String>,
    /// Whether the login was typed; until then it follows the name.
    pub login_typed: RwSignal<bool>,
    pub by_card: RwSignal<bool>,
    pub password: RwSignal<String>,
    pub busy: RwSignal<bool>,
}

impl Form {
    pub(in crate::pages::people) fn new() -> Self {
        let roles = ALL_ROLES.iter().map(|role| (*role, RwSignal::new(false))).collect();
        Self {
            open: RwSignal::new(false),
            known: RwSignal::new(None),
            id: RwSignal::new(None),
            name: RwSignal::default(),
            phone: RwSignal::default(),
            team: RwSignal::default(),
            skills: RwSignal::default(),
            regions: RwSignal::default(),
            active: RwSignal::new(true),
            roles: StoredValue::new(roles),
            login: RwSignal::default(),
            login_typed: RwSignal::new(false),
            by_card: RwSignal::new(true),
            password: RwSignal::default(),
            busy: RwSignal::new(false),
        }
    }

    /// A new person with this role.
    pub fn start_with(self, role: Role) {
        self.start(None);
        self.roles.with_value(|roles| {
            for (known, held) in roles {
                held.set(*known == role);
            }
        });
    }

    /// Opens the form on this person, or on somebody new.
    pub fn start(self, person: Option<User>) {
        let new =
            || User { id: device().new_id(), roles: Vec::new(), active: true, ..User::system() };
        let shown = person.clone().unwrap_or_else(new);
        self.id.set(Some(shown.id));
        self.name.set(shown.name.clone());
        self.phone.set(shown.phone.clone());
        self.team.set(shown.team.map(|team| team.to_string()).unwrap_or_default());
        self.skills.set(shown.skills.join(" "));
        self.regions.set(shown.regions.join(" "));
        self.active.set(shown.active);
        self.roles.with_value(|roles| {
            for (role, held) in roles {
                held.set(shown.roles.contains(role));
            }
        });
        self.login.set(String::new());
        self.login_typed.set(false);
        self.by_card.set(true);
        self.password.set(String::new());
        self.busy.set(false);
        self.known.set(person);
        self.open.set(true);
    }

    /// Whether this is somebody new (tracked).
    pub fn is_new(self) -> bool {
        self.known.with(Option::is_none)
    }

    /// The person as filled in (tracked).
    pub fn user(self) -> Option<User> {
        let words = |text: String| {
            let marks =
                |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；' | '·');
            let words = text.split(marks).map(str::to_owned).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>()
        };
        Some(User {
            id: self.id.get()?,
            name: self.name.get().trim().to_owned(),
            roles: self.roles.with_value(|roles| {
                roles.iter().filter(|(_, held)| held.get()).map(|(role, _)| *role).collect()
            }),
            team: self.team.get().parse().ok(),
            phone: self.phone.get().trim().to_owned(),
            skills: words(self.skills.get()),
            regions: words(self.regions.get()),
            active: self.active.get(),
        })
    }
}
