//! Steps and expectations are maps with exactly one known verb. This macro makes the enum, its deserialisation and its
//! schema from one list, so that they cannot disagree.

/// Defines an enum over maps that differ by their verb. `later` lists verbs that this version rejects with their own
/// message.
macro_rules! verbs {
    (
        $(#[$doc:meta])*
        $name:ident, $what:literal, later $later:expr,
        { $( $(#[doc = $vdoc:literal])* $verb:literal => $variant:ident($shape:ty) ),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub enum $name { $( $(#[doc = $vdoc])* $variant($shape) ),+ }

        impl $name {
            /// Returns the verb as it is written.
            pub fn verb(&self) -> &'static str {
                match self { $( $name::$variant(_) => $verb ),+ }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let map = serde_json::Map::<String, serde_json::Value>::deserialize(deserializer)?;
                $( if map.contains_key($verb) {
                    return serde_json::from_value(serde_json::Value::Object(map))
                        .map($name::$variant)
                        .map_err(serde::de::Error::custom);
                } )+
                Err(serde::de::Error::custom(concat!("a ", $what, " needs exactly one known verb")))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::yaml::verbs($what, &[ $( ($verb, concat!($( $vdoc ),*), generator.subschema_for::<$shape>()) ),+ ], $later)
            }
        }
    };
}

pub(super) use verbs;
