//! The tables as they lie there, in portions, for `doorstep check`. Nothing of them is believed here.

use std::collections::BTreeMap;

use domain::{Kind, Timestamp};

use super::{
    Reading,
    journal::sha,
    sql::{Columns, values},
    unsigned,
};
use crate::error::Error;

#[cfg(test)]
mod tests;

/// How much is in memory at a time.
const PORTION: i64 = 500;

/// A row with what the other tables say about it.
pub(crate) struct Kept {
    /// As it stands there.
    pub(crate) id: String,
    pub(crate) v: u64,
    pub(crate) body: String,
    /// Who may hold it, with the revision they were told.
    pub(crate) scopes: BTreeMap<String, u64>,
    /// When it is to be looked at again.
    pub(crate) due: Option<Timestamp>,
}

/// An entry of the journal as it stands there.
pub(crate) struct Link {
    pub(crate) n: u64,
    pub(crate) replica: String,
    pub(crate) seq: u64,
    pub(crate) mid: String,
    pub(crate) first: bool,
    pub(crate) outcome: String,
    pub(crate) v: Option<u64>,
    pub(crate) chain: String,
    hash: String,
    by: String,
    claimed: i64,
    command: String,
}

impl Link {
    /// What the chain must say after this entry.
    pub(crate) fn chain_after(&self, before: &str) -> String {
        let hash = sha(&[&self.by, &self.claimed.to_string(), &self.command]);
        // A command that was erased by law keeps its hash; what is there must fit it.
        let hash = if self.command.is_empty() { &self.hash } else { &hash };
        let Self { replica, seq, mid, outcome, .. } = self;
        sha(&[before, replica, &seq.to_string(), mid, hash, outcome])
    }
}

/// Where everything stands that has only one place.
pub(crate) struct Standing {
    pub(crate) v: u64,
    pub(crate) chain: String,
    pub(crate) entries: u64,
}

/// A question whose answer is the rows that should not be there, the first few of them as text.
pub(crate) struct Question {
    pub(crate) promise: &'static str,
    all: &'static str,
    wrong: &'static str,
}

/// What one statement can tell.
pub(crate) const QUESTIONS: &[Question] = &[
    Question {
        promise: "nobody may hold a row that is not there",
        all: "select count(*) from row_scope",
        wrong: "select s.kind || ':' || s.id || ' in ' || s.scope from row_scope s
                where not exists (select 1 from rows r where r.kind = s.kind and r.id = s.id)",
    },
    Question {
        promise: "every change is about a row that is there, and none is ahead of the head",
        all: "select count(*) from change",
        wrong: "select c.kind || ':' || c.id || ' at ' || c.v from change c
                where c.v > (select v from head)
                or not exists (select 1 from rows r where r.kind = c.kind and r.id = c.id)",
    },
    Question {
        promise: "the log tells of every row's last change to everybody who may hold it",
        all: "select count(*) from row_scope where v > (select log_floor from head)",
        wrong: "select s.kind || ':' || s.id || ' in ' || s.scope || ' at ' || s.v from row_scope s
                where s.v > (select log_floor from head) and not exists (select 1 from change c
                where c.scope = s.scope and c.v = s.v and c.kind = s.kind and c.id = s.id
                and c.stays = 1)",
    },
    Question {
        promise: "the entries of each replica are numbered 1, 2, 3, … up to its last one",
        all: "select count(*) from replica",
        wrong: "select r.id || ' ends at ' || r.last_seq || ' with ' || count(e.seq) || ' entries'
                from replica r left join envelope e on e.replica = r.id group by r.id, r.last_seq
                having count(e.seq) <> r.last_seq or coalesce(max(e.seq), 0) <> r.last_seq",
    },
    Question {
        promise: "every entry belongs to a replica",
        all: "select count(*) from envelope",
        wrong: "select e.replica || ' ' || e.seq from envelope e
                where not exists (select 1 from replica r where r.id = e.replica)",
    },
    Question {
        promise: "every command had its effect in exactly one place",
        all: "select count(distinct mid) from envelope",
        wrong: "select mid from envelope group by mid having sum(first) <> 1",
    },
    Question {
        promise: "every login, session and card is somebody's",
        all: "select (select count(*) from account) + (select count(*) from session)
              + (select count(*) from enrolment)",
        wrong: "select 'login ' || login from account where not exists (select 1 from rows
                where kind = 'user' and id = replace(account.\"user\", '-', ''))
                union all
                select 'session of ' || session.\"user\" from session where not exists (select 1
                from rows where kind = 'user' and id = replace(session.\"user\", '-', ''))
                union all
                select 'card of ' || enrolment.\"user\" from enrolment where not exists (select 1
                from rows where kind = 'user' and id = replace(enrolment.\"user\", '-', ''))",
    },
];

impl Reading<'_> {
    /// Where everything stands that has only one place.
    pub(crate) fn standing(&self) -> Result<Standing, Error> {
        let found = self.sql.one("select v, chain, entries from head", &[], |row| {
            let (v, entries) = (unsigned(row.int(0)?), unsigned(row.int(2)?));
            Ok(Standing { v, chain: row.text(1)?.to_owned(), entries })
        })?;
        found.ok_or_else(|| Error::internal("there is no head"))
    }

    /// How much a question looked at, and each wrong thing it found.
    pub(crate) fn ask(
        &self,
        question: &Question,
        mut wrong: impl FnMut(&str),
    ) -> Result<u64, Error> {
        let looked = self.sql.one(question.all, &[], |row| row.int(0))?;
        self.sql.each(question.wrong, &[], &mut |row| {
            wrong(row.maybe_text(0)?.unwrap_or("something without a name"));
            Ok(())
        })?;
        Ok(unsigned(looked.unwrap_or_default()))
    }

    /// The words that stand for kinds, as they occur.
    pub(crate) fn kinds(&self) -> Result<Vec<String>, Error> {
        self.sql.all("select distinct kind from rows", &[], |row| Ok(row.text(0)?.to_owned()))
    }

    /// Every row of a kind, by id.
    pub(crate) fn each_kept(
        &self,
        kind: &str,
        mut see: impl FnMut(Kept) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let text = "select id, v, body from rows where kind = ?1 and id > ?2
                        order by id limit ?3";
            let mut kept = BTreeMap::new();
            self.sql.each(text, &values![kind, &after, PORTION], &mut |row| {
                let (id, v, body) = (row.text(0)?, unsigned(row.int(1)?), row.text(2)?);
                let (id, body) = (id.to_owned(), body.to_owned());
                let (scopes, due) = (BTreeMap::new(), None);
                kept.insert(id.clone(), Kept { id, v, body, scopes, due });
                Ok(())
            })?;
            let Some(last) = kept.keys().next_back().cloned() else { return Ok(()) };
            let portion = values![kind, &after, &last];
            let text = "select id, scope, v from row_scope
                        where kind = ?1 and id > ?2 and id <= ?3";
            self.sql.each(text, &portion, &mut |row| {
                if let Some(kept) = kept.get_mut(row.text(0)?) {
                    kept.scopes.insert(row.text(1)?.to_owned(), unsigned(row.int(2)?));
                }
                Ok(())
            })?;
            let text = "select id, at from due where kind = ?1 and id > ?2 and id <= ?3";
            self.sql.each(text, &portion, &mut |row| {
                if let Some(kept) = kept.get_mut(row.text(0)?) {
                    kept.due = Some(Timestamp(row.int(1)?));
                }
                Ok(())
            })?;
            kept.into_values().try_for_each(&mut see)?;
            after = last;
        }
    }

    /// Which row of a kind this number was given to.
    pub(crate) fn numbered(&self, number: &str, kind: Kind) -> Result<Option<String>, Error> {
        let text = "select id from number where number = ?1 and kind = ?2";
        self.sql.one(text, &values![number, kind.word()], |row| Ok(row.text(0)?.to_owned()))
    }

    /// The whole journal in the order in which it was written.
    pub(crate) fn each_link(
        &self,
        mut see: impl FnMut(Link) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut after = i64::MIN;
        loop {
            let text = "select n, replica, seq, mid, first, outcome, v, chain, hash, \"user\",
                        claimed, command from envelope where n > ?1 order by n limit ?2";
            let links = self.sql.all(text, &values![after, PORTION], link)?;
            let Some(last) = links.last() else { return Ok(()) };
            after = super::signed(last.n);
            links.into_iter().try_for_each(&mut see)?;
        }
    }
}

fn link(row: &dyn Columns) -> Result<Link, Error> {
    Ok(Link {
        n: unsigned(row.int(0)?),
        replica: row.text(1)?.to_owned(),
        seq: unsigned(row.int(2)?),
        mid: row.text(3)?.to_owned(),
        first: row.int(4)? != 0,
        outcome: row.text(5)?.to_owned(),
        v: row.maybe_int(6)?.map(unsigned),
        chain: row.text(7)?.to_owned(),
        hash: row.text(8)?.to_owned(),
        by: row.text(9)?.to_owned(),
        claimed: row.int(10)?,
        command: row.text(11)?.to_owned(),
    })
}
