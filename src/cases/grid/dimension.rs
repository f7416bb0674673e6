//! The dimensions of the grid: what a matching decision can depend on, each as the classes whose
//! members the rules treat alike. The first class of each dimension is the one that an ID leaves
//! unsaid.

/// Defines one dimension: its classes, and the word that stands for each in an ID.
macro_rules! dimension {
    ($(#[$doc:meta])* $name:ident { $($(#[$class_doc:meta])* $class:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$class_doc])* $class,)*
        }

        impl $name {
            /// Every class, the one that an ID leaves unsaid first.
            pub const ALL: &'static [$name] = &[$($name::$class,)*];

            /// The word that stands for it in an ID.
            pub fn word(self) -> &'static str {
                match self { $($name::$class => $word,)* }
            }

            /// The class that a word stands for.
            pub fn from_word(word: &str) -> Option<$name> {
                match word {
                    $($word => Some($name::$class),)*
                    _ => None,
                }
            }
        }
    };
}

dimension! {
    /// What an object is, as far as matching tells objects apart.
    ObjectClass {
        /// A user.
        User = "user",
        /// A group without a mailbox address of its own.
        PlainGroup = "plain-group",
        /// A mail-enabled group.
        MailEnabledGroup = "mail-enabled-group",
        /// A mail contact.
        Contact = "contact",
    }
}

dimension! {
    /// Who carries the incoming object's `sourceAnchor`, and what the target carries.
    AnchorRelation {
        /// Nobody carries it, and the target carries none at all.
        Free = "free",
        /// Nobody carries it, and the target carries another.
        TargetCarriesOther = "other",
        /// The target carries it.
        Equal = "equal",
        /// The target carries one that differs in letter case only.
        EqualButForCase = "equal-but-for-case",
        /// The bystander carries it, and the target carries none.
        Bystander = "bystander",
        /// The bystander carries it, and the target carries another.
        BystanderAndTargetCarriesOther = "bystander-and-other",
    }
}

dimension! {
    /// What the incoming user's `userPrincipalName` equals. Groups and contacts have none and meet
    /// nobody by it.
    NameRelation {
        /// Nothing in the cloud.
        Unmet = "unmet",
        /// The target's.
        Equal = "equal",
        /// The target's, but for letter case.
        EqualButForCase = "equal-but-for-case",
        /// The bystander's.
        Bystander = "bystander",
        /// The target's primary address.
        TargetAddress = "target-address",
    }
}

dimension! {
    /// What the addresses of the incoming object have in common with those in the cloud.
    AddressRelation {
        /// Both sides have a primary address, and they share nothing.
        Different = "different",
        /// Neither side has any address.
        NeitherSide = "neither-side",
        /// Only the incoming object has addresses.
        IncomingOnly = "incoming-only",
        /// Only the target has addresses.
        TargetOnly = "target-only",
        /// The primary addresses are the same.
        Same = "same",
        /// The primary addresses are the same but for letter case.
        SameButForCase = "same-but-for-case",
        /// The incoming primary address is a secondary one of the target.
        PrimaryOnSecondary = "primary-on-secondary",
        /// A secondary incoming address is the target's primary one.
        SecondaryOnPrimary = "secondary-on-primary",
        /// A secondary address is the same.
        SecondaryOnSecondary = "secondary-on-secondary",
        /// An address is the same that is no mail address.
        SharedX500 = "shared-x500",
        /// The incoming primary address is the target's `userPrincipalName`.
        TargetName = "target-upn",
        /// The incoming primary address is the bystander's.
        Bystander = "bystander",
        /// The incoming primary address is the target's, and a secondary one is the bystander's.
        SameAndBystander = "same-and-bystander",
        /// The incoming primary address is that of a third object, which nothing else leads to.
        Third = "third",
    }
}

dimension! {
    /// Where the target is mastered when the incoming object comes.
    Authority {
        /// In the cloud.
        Cloud = "cloud",
        /// On-premises: it is joined to another on-premises object.
        OnPremises = "on-premises",
    }
}

dimension! {
    /// The directory roles of the target.
    TargetRoles {
        /// None.
        NoRole = "none",
        /// One, and a harmless one.
        One = "one",
        /// A harmless one and a mighty one.
        Two = "two",
        /// None at first. What the incoming user is joined to is given one before Connect is
        /// installed anew.
        OnceJoined = "once-joined",
    }
}

dimension! {
    /// Whether the target is active when the incoming object comes.
    Presence {
        /// Active.
        Active = "active",
        /// In the recycle bin.
        RecycleBin = "recycle-bin",
    }
}

dimension! {
    /// Who the bystander is: a further cloud object of the incoming object's class.
    Bystander {
        /// It could be matched if anything led to it.
        Ordinary = "ordinary",
        /// A user with a directory role.
        Administrator = "administrator",
    }
}

dimension! {
    /// A switch of the tenant.
    Switch {
        /// On.
        On = "on",
        /// Off.
        Off = "off",
    }
}

dimension! {
    /// What has happened to the incoming object when it comes to stand in these relations, and
    /// what happens after it was decided about.
    Moment {
        /// It is new.
        New = "new",
        /// It is new; then what stood in its way is removed (directory roles, the soft-match
        /// switch, a copy), and it is tried again. Roles return after that.
        Unblocked = "unblocked",
        /// It is new; then it is changed, Connect is installed anew, and it is decided again.
        Reinstalled = "reinstalled",
        /// It was joined, with values that met nobody, and is changed to these relations.
        Changed = "changed",
        /// It was joined, with values that met nobody, is changed to these relations, and Connect
        /// is installed anew before that is synchronised.
        ChangedAndReinstalled = "changed-and-reinstalled",
    }
}

dimension! {
    /// Whether the target has left the scope of synchronisation: it was joined to an on-premises object that
    /// was removed.
    Departure {
        /// It has not.
        Never = "never",
        /// It is in the recycle bin since then.
        Deleted = "in-the-recycle-bin",
        /// An administrator has restored it.
        Restored = "restored",
    }
}

dimension! {
    /// Whether the target is eligible for a directory role.
    Eligibility {
        /// It is not.
        Never = "none",
        /// For a privileged one.
        Privileged = "privileged",
    }
}

dimension! {
    /// Which on-premises object the target is known to have belonged to, by `onPremisesObjectIdentifier`.
    Mapping {
        /// None.
        Unmapped = "unmapped",
        /// Another one than the incoming object.
        ToAnother = "to-another",
        /// The same, and the tenant lets hard matches change that.
        ToAnotherAndLet = "to-another-and-let",
    }
}

dimension! {
    /// Whether an on-premises-mastered target has been given to the cloud.
    Conversion {
        /// It has not.
        Never = "never",
        /// It is managed in the cloud.
        Converted = "converted",
        /// It was, and is to be managed on-premises again.
        RolledBack = "rolled-back",
    }
}

impl ObjectClass {
    /// Whether it is a user.
    pub(super) fn is_user(self) -> bool {
        self == ObjectClass::User
    }
}

impl AnchorRelation {
    /// Whether the bystander carries the incoming anchor.
    pub(super) fn is_with_bystander(self) -> bool {
        matches!(self, AnchorRelation::Bystander | AnchorRelation::BystanderAndTargetCarriesOther)
    }

    /// Whether the target carries the incoming anchor, at least but for letter case.
    pub(super) fn is_with_target(self) -> bool {
        matches!(self, AnchorRelation::Equal | AnchorRelation::EqualButForCase)
    }

    /// Whether some cloud object carries the incoming anchor, at least but for letter case.
    pub(super) fn is_met(self) -> bool {
        self.is_with_bystander() || self.is_with_target()
    }
}

impl NameRelation {
    /// Whether the incoming name is the target's.
    pub(super) fn is_with_target(self) -> bool {
        matches!(self, NameRelation::Equal | NameRelation::EqualButForCase)
    }
}

impl AddressRelation {
    /// Whether the target has addresses.
    pub(super) fn target_has_any(self) -> bool {
        !matches!(self, AddressRelation::NeitherSide | AddressRelation::IncomingOnly)
    }

    /// Whether the bystander has one of the incoming addresses.
    pub(super) fn is_with_bystander(self) -> bool {
        matches!(self, AddressRelation::Bystander | AddressRelation::SameAndBystander)
    }
}

impl Moment {
    /// Whether the incoming object was joined before it came to stand in these relations.
    pub(super) fn is_joined_before(self) -> bool {
        matches!(self, Moment::Changed | Moment::ChangedAndReinstalled)
    }

    /// Whether Connect is installed anew.
    pub(super) fn is_reinstalling(self) -> bool {
        matches!(self, Moment::Reinstalled | Moment::ChangedAndReinstalled)
    }
}

impl TargetRoles {
    /// Whether the target starts with a role.
    pub(super) fn is_from_the_start(self) -> bool {
        matches!(self, TargetRoles::One | TargetRoles::Two)
    }
}
