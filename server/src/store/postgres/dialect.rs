//! The same statement in Postgres's words.

use crate::store::sql::{Many, Type};

/// The statement in Postgres's words.
pub(super) fn one(text: &str, writes: bool) -> String {
    let text = if writes { text.replace("/*for update*/", "for update") } else { text.to_owned() };
    text.replace('?', "$")
}

/// The statement for many lists of values at once.
pub(super) fn together(many: &Many) -> String {
    let names: Vec<String> = (1..=many.types.len()).map(|n| format!("c{n}")).collect();
    let arrays: Vec<String> = (many.types.iter().zip(1..))
        .map(|(kind, n)| match kind {
            Type::Int => format!("${n}::bigint[]"),
            Type::Text => format!("${n}::text[]"),
        })
        .collect();
    let list = format!("unnest({}) as w({})", arrays.join(", "), names.join(", "));
    let text = if let Some((before, after)) = many.text.split_once("values (") {
        let (_, after) = after.split_once(')').unwrap_or(("", after));
        format!("{before}select * from {list}{after}")
    } else {
        let word = match many.text.split_once(' ') {
            Some(("select", _)) => ", ",
            Some(("update", _)) => " from ",
            _ => " using ",
        };
        many.text.replacen(" where", &format!("{word}{list} where"), 1)
    };
    text.replace('?', "w.c")
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn many(text: &'static str, types: &'static [Type]) -> Many {
        Many { text, types }
    }

    #[test]
    fn a_statement_for_one_list_becomes_one_for_many() {
        let insert = many(
            "insert into t (a, b) values (?1, ?2) on conflict (a) do nothing",
            &[Type::Text, Type::Int],
        );
        assert_eq!(
            together(&insert),
            "insert into t (a, b) select * from unnest($1::text[], $2::bigint[]) as w(c1, c2) \
             on conflict (a) do nothing"
        );
        let delete = many("delete from t where a = ?1", &[Type::Text]);
        assert_eq!(
            together(&delete),
            "delete from t using unnest($1::text[]) as w(c1) where a = w.c1"
        );
        let update = many("update t set a = ?1 where b = ?2", &[Type::Int, Type::Text]);
        assert_eq!(
            together(&update),
            "update t set a = w.c1 from unnest($1::bigint[], $2::text[]) as w(c1, c2) where b = w.c2"
        );
        let select = many("select a from t where a = ?1", &[Type::Text]);
        assert_eq!(
            together(&select),
            "select a from t, unnest($1::text[]) as w(c1) where a = w.c1"
        );
    }

    #[test]
    fn only_a_writer_takes_the_lock() {
        let text = "select v from head where one = ?1 /*for update*/";
        assert_eq!(one(text, true), "select v from head where one = $1 for update");
        assert_eq!(one(text, false), "select v from head where one = $1 /*for update*/");
    }
}
