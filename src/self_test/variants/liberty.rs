//! What an implementation may do otherwise than the reference model without breaking a rule.

use crate::directory::words;

words! {
    /// One freedom that the documents or the protocol leave, in words that go on after "an
    /// implementation that".
    pub enum Liberty {
        /// Declares none of the choices that it makes.
        DeclaresNoChoice = "declares none of its choices",
        /// Reports `joined` for every match, and nothing of what matched and who evaluated it.
        TellsJoinedOnly = "reports `joined` for every match and no more",
        /// Reports neither codes nor messages.
        TellsNoReasons = "reports neither codes nor messages",
        /// Reports `updated` also of objects in which nothing changed.
        TellsUpdatedAlways = "reports `updated` also where nothing changed",
        /// Lists objects backwards.
        ListsBackwards = "lists objects backwards",
        /// Lists objects in another order in every snapshot.
        ListsInAnyOrder = "lists objects in another order each time",
        /// Has identifiers of another form.
        OtherIdentifiers = "has identifiers of another form",
        /// Gives quarantined objects a user principal name of another form.
        OtherPlaceholders = "gives quarantined objects names of another form",
        /// Adds an address in the tenant's initial domain to every on-premises-mastered user.
        InitialDomainAddress = "adds an address in the initial domain to users",
        /// Adds attributes of its own to every cloud object.
        AttributesOfItsOwn = "adds attributes of its own",
        /// Makes up a password for users that it creates without one.
        GeneratesPasswords = "makes up passwords for users that it creates without one",
        /// Shows nothing of what is in the recycle bin, and declares none.
        HidesTheRecycleBin = "has no recycle bin to show",
        /// Adds an attribute of its own that is another one whenever it is shown.
        AttributesThatChange = "adds an attribute that changes all the time",
        /// Reports a quarantined object as an error.
        TellsErrorForQuarantined = "reports quarantined objects as errors",
        /// Reports a late match once and then nothing, where it does not declare that collisions are
        /// rejected.
        TellsLateMatchesOnce = "reports a late match once",
        /// Refuses what is already so.
        RefusesWhatIsSo = "refuses what is already so",
        /// Empties the recycle bin before every cycle.
        BinsExpire = "empties the recycle bin before every cycle",
        /// Treats the on-premises objects of a cycle in the opposite order.
        LastFirst = "treats the last object of a cycle first",
    }
}
