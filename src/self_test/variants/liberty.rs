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
        /// Reports no messages, and no codes unless it declares them.
        TellsNoReasons = "reports neither codes that it does not declare nor messages",
        /// Gives every conflict over a value the code that says no more than that.
        TellsConflictsAlike = "reports every conflict over a value as AttributeValueMustBeUnique",
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
        /// Reports a rejoin after a reinstallation as an update.
        TellsRejoinsAsUpdates = "reports a rejoin as `updated`",
        /// Reports an object that has a quarantined one as such in every cycle.
        TellsQuarantinedInEveryCycle = "reports `quarantined` in every cycle",
        /// Where the anchor and another attribute led to one object, reports the other one.
        TellsAnotherTrueAttribute = "reports another attribute where several led to one object",
        /// Gives the identifier of an object that was deleted for good to the next new one.
        ReusesIdentifiers = "gives identifiers out again",
        /// Shows of objects in the recycle bin no more than their kind, and another name.
        EmptiesDeletedObjects = "keeps next to nothing of what is in the recycle bin",
        /// Writes names and mail addresses of on-premises-mastered objects in capitals.
        NamesInCapitals = "writes names and mail addresses in capitals",
        /// Writes no name and no mail address that differs in letter case only.
        KeepsLetterCase = "takes a change of letter case for none",
        /// Exports what a late match does not collide on, beside the error.
        LateMatchesLetTheRestPass = "exports what a late match does not collide on",
        /// Withholds a secondary address of a joined object that another one has, without an error.
        WithholdsSecondaryAddresses = "withholds secondary addresses that others have",
        /// Reports a late match once and tries again only when the object is changed, where it does not
        /// declare that collisions are rejected.
        LateMatchesAreNotRetried = "tries a late match again only after a change",
        /// Gives quarantined objects no password.
        CopiesHaveNoPassword = "gives quarantined objects no password",
        /// Writes attributes that are changed on-premises to the quarantined object.
        UpdatesReachCopies = "updates quarantined objects",
        /// Goes on with a quarantined object when its on-premises object is changed and nothing collides
        /// any more.
        CopiesHeal = "heals quarantined objects after a change",
        /// Creates nothing that shares an X500: or SIP: value with an active object.
        OtherAddressesCollide = "takes shared X500: and SIP: values for collisions",
        /// Creates nothing whose name is an address of an active object, or the other way round.
        NamesCollideWithAddresses = "takes a name that equals an address for a collision",
        /// Creates nothing whose anchor differs from an active object's in letter case only.
        AnchorsOfOtherCaseCollide = "takes anchors that differ in letter case for a collision",
        /// Creates nothing whose identifiers an object in the recycle bin has.
        BinKeepsNames = "keeps identifiers for what is in the recycle bin",
        /// Lets new objects that share a name or an address with one another fail.
        ContendedObjectsFail = "lets new objects fail that share an identifier",
        /// Keeps the addresses of joined objects that have none left on-premises.
        KeepsEmptiedAddresses = "keeps addresses where none is left on-premises",
        /// Takes the password of a user away that is taken over and has none on-premises, with password
        /// hash sync on.
        ClearsAbsentPasswords = "takes passwords away that are not there on-premises",
        /// Sends the passwords of joined users when password hash sync is turned on.
        HashSyncSendsAllPasswords = "sends all passwords when password hash sync is turned on",
        /// Deletes groups and contacts for good at once.
        BinHoldsUsersOnly = "has a recycle bin for users only",
        /// Refuses to delete joined objects in the cloud.
        RefusesDeletingJoined = "refuses to delete joined objects",
        /// Refuses to change the password of joined users in the cloud.
        RefusesPasswordsOfJoined = "refuses to edit passwords of joined users",
        /// Finds nothing in the recycle bin but to restore it or to delete it.
        DeletedObjectsAreNotFound = "does not find what is in the recycle bin",
    }
}
