//! What an implementation may do otherwise than the reference model without breaking a rule.

/// One freedom that the documents or the protocol leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Liberty {
    /// Declares none of the choices that it makes.
    DeclaresNoChoice,
    /// Tells `joined` for every match, and nothing of what matched and who evaluated it.
    TellsJoinedOnly,
    /// Tells neither codes nor messages.
    TellsNoReasons,
    /// Tells `updated` also of objects in which nothing changed.
    TellsUpdatedAlways,
    /// Lists objects backwards.
    ListsBackwards,
    /// Lists objects in another order in every snapshot.
    ListsInAnyOrder,
    /// Has identifiers of another form.
    OtherIdentifiers,
    /// Gives copies a user principal name of another form.
    OtherPlaceholders,
    /// Adds an address in the tenant's initial domain to every on-premises-mastered user.
    InitialDomainAddress,
    /// Adds attributes of its own to every cloud object.
    AttributesOfItsOwn,
    /// Makes up a password for users that it creates without one.
    GeneratesPasswords,
    /// Shows nothing of what is in the recycle bin, and declares none.
    HidesTheRecycleBin,
    /// Treats the on-premises objects of a cycle in the opposite order.
    LastFirst,
}

impl Liberty {
    /// Every one.
    pub const ALL: &'static [Liberty] = &[
        Liberty::DeclaresNoChoice,
        Liberty::TellsJoinedOnly,
        Liberty::TellsNoReasons,
        Liberty::TellsUpdatedAlways,
        Liberty::ListsBackwards,
        Liberty::ListsInAnyOrder,
        Liberty::OtherIdentifiers,
        Liberty::OtherPlaceholders,
        Liberty::InitialDomainAddress,
        Liberty::AttributesOfItsOwn,
        Liberty::GeneratesPasswords,
        Liberty::HidesTheRecycleBin,
        Liberty::LastFirst,
    ];

    /// It in words that go on after "an implementation that".
    pub fn words(self) -> &'static str {
        match self {
            Liberty::DeclaresNoChoice => "declares none of its choices",
            Liberty::TellsJoinedOnly => "tells `joined` for every match and no more",
            Liberty::TellsNoReasons => "tells neither codes nor messages",
            Liberty::TellsUpdatedAlways => "tells `updated` also where nothing changed",
            Liberty::ListsBackwards => "lists objects backwards",
            Liberty::ListsInAnyOrder => "lists objects in another order each time",
            Liberty::OtherIdentifiers => "has identifiers of another form",
            Liberty::OtherPlaceholders => "gives copies names of another form",
            Liberty::InitialDomainAddress => "adds an address in the initial domain to users",
            Liberty::AttributesOfItsOwn => "adds attributes of its own",
            Liberty::GeneratesPasswords => {
                "makes up passwords for users that it creates without one"
            }
            Liberty::HidesTheRecycleBin => "has no recycle bin to show",
            Liberty::LastFirst => "treats the last object of a cycle first",
        }
    }

    fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// Some of the liberties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Liberties(u32);

impl Liberties {
    pub(super) fn of(liberties: &[Liberty]) -> Liberties {
        Liberties(liberties.iter().fold(0, |bits, liberty| bits | liberty.bit()))
    }

    /// Those that are told by the bits of a number, beside `self`.
    pub(super) fn or_some(self, number: u64) -> Liberties {
        // What is declared cannot change from case to case.
        let chosen = Liberty::ALL.iter().filter(|liberty| {
            **liberty != Liberty::HidesTheRecycleBin && number >> (**liberty as u32) & 1 == 1
        });
        Liberties(chosen.fold(self.0, |bits, liberty| bits | liberty.bit()))
    }

    pub(super) fn has(self, liberty: Liberty) -> bool {
        self.0 & liberty.bit() != 0
    }

    /// Whether any of these is taken.
    pub(super) fn has_any(self, liberties: &[Liberty]) -> bool {
        liberties.iter().any(|liberty| self.has(*liberty))
    }
}
