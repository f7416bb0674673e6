// The protocol's types, made from its JSON Schemas. You need not touch this file.

/** What becomes of a new object with several holders of which at least one is eligible. */
export type AmbiguousMatch =
  /** An error, and nothing changes. */
  | "refused"
  /** One eligible holder is taken over, and the values that others hold are withheld. */
  | "withheld"
  /** A quarantined object is created without the values that others hold. */
  | "quarantined";

/** What the anchors of an implementation look like. Those of every case are sent in this form. */
export type AnchorForm =
  /** 16 bytes in base64. */
  | "base64"
  /** A UUID, which is the same in capitals and in small letters. */
  | "uuid"
  /** Any text, as the cases have it. */
  | "text";

/** A set of capabilities. */
export type Capabilities = Capability[];

/** Something that an implementation declares to support. A case that needs an undeclared capability is not applicable to that implementation; it is never counted as passed. */
export type Capability =
  /** Objects of kind `user`. */
  | "users"
  /** Objects of kind `group`. */
  | "groups"
  /** Objects of kind `contact`. */
  | "contacts"
  /** Soft match on the user principal name. */
  | "match:userPrincipalName"
  /** Soft match on the primary address. */
  | "match:proxyAddresses"
  /** Hard match on the source anchor. */
  | "match:sourceAnchor"
  /** Directory roles: the `roles` field, `assignRole` and `removeRole`. */
  | "roles"
  /** The password fields and the feature `passwordHashSync`. */
  | "passwords"
  /** The feature `softMatch`. */
  | "softMatchSwitch"
  /** The feature `blockCloudObjectTakeoverThroughHardMatch`. */
  | "hardMatchSwitch"
  /** `reinstallConnect`. */
  | "reinstall"
  /** `setImmutableId`. */
  | "immutableIdWrite"
  /** `updateCloudObject`. */
  | "cloudEdits"
  /** `deleteCloudObject` without `permanently`, and `restoreCloudObject`. */
  | "recycleBin"
  /** `deleteCloudObject` with `permanently`. */
  | "hardDelete"
  /** `onPremisesSyncEnabled` is shown. Without it links are known from `cloudId`, or from what a cycle visibly does. */
  | "authorityFlag"
  /** An object that is mastered in the cloud can carry an anchor, and a user is found by it. */
  | "cloudAnchors"
  /** Addresses besides the primary one. */
  | "secondaryAddresses"
  /** Quarantined objects are shown and can be referred to. */
  | "quarantinedObjects"
  /** Sync results have an entry for each on-premises object. */
  | "objectResults"
  /** Sync results name the cloud object that each on-premises object is linked to. */
  | "cloudId"
  /** Sync results tell `hardMatched` from `softMatched` and say what was matched on. */
  | "matchKind"
  /** Sync results say whether the client or the service evaluated a match. */
  | "evaluatedBy"
  /** Errors carry the edition's documented code. */
  | "errorCodes"
  /** The request `runCase`. */
  | "batch"
  /** The request `runCaseChanges`. */
  | "changes"
  /** `removeOnPremisesObject`; later editions only. */
  | "scope"
  /** The feature that turns soft match on the user principal name off; later editions only. */
  | "softMatchOnUpnSwitch"
  /** Eligibility for roles: the `eligibleRoles` field, `makeEligible` and `removeEligibility`; later editions only. */
  | "roleEligibility"
  /** `objectIdentifier`, `onPremisesObjectIdentifier` and `setOnPremisesObjectIdentifier`; later editions only. */
  | "objectIdentifier"
  /** The feature that lets a hard match replace `onPremisesObjectIdentifier`; later editions only. */
  | "identifierUpdateSwitch"
  /** `onPremisesSyncEnabled` tells `false` (was synchronised and has left scope) from `null` (never was, or is managed in the cloud now); declared together with `authorityFlag`; later editions only. */
  | "authorityFlagStates"
  /** `isCloudManaged` and `setCloudManaged`; later editions only. */
  | "sourceOfAuthority";

/** One case of `RunBatchParams`. */
export interface CaseOfBatch {
  /** What to carry out, in order. */
  commands: Command[];
  /** What all its keys and labels begin with, and what its names, addresses and values contain. Empty of a case that is alone in its batch and has values that take no prefix. */
  prefix: string;
  /** What to start with. */
  tenant: Tenant;
}

/** What came of one command, with the state told as what changed. */
export interface ChangesStep {
  /** What is different from the state before. */
  changes?: SnapshotChanges | null;
  /** What the implementation says came of the command. */
  outcome: Outcome;
}

/** An object in Microsoft Entra ID, as an implementation shows it. */
export interface CloudObject {
  /** Everything else. */
  attributes?: Record<string, string | null> | null;
  /** Whether it is in the recycle bin. */
  deleted?: boolean | null;
  /** Directory roles that it may activate without holding them; users only. */
  eligibleRoles?: string[] | null;
  /** The implementation's own identifier. It never changes. */
  id: string;
  /** Whether the source of authority of this object was moved to the cloud. */
  isCloudManaged?: boolean | null;
  /** What it is. */
  kind: Kind;
  /** For groups: whether the group has a mailbox address of its own. */
  mailEnabled?: boolean | null;
  /** The source anchor of the on-premises object that it belongs to, or that it is meant for. */
  onPremisesImmutableId?: string | null;
  /** The `objectIdentifier` of the on-premises object that it was mapped to; users only. */
  onPremisesObjectIdentifier?: string | null;
  /** The authority flag: `true` is mastered on-premises, anything else in the cloud. Who tells these apart shows `false` of what was synchronised and has left scope, and none (`null`) of what never was or is managed in the cloud now. */
  onPremisesSyncEnabled?: boolean | null;
  /** A stand-in for the password hash. */
  password?: string | null;
  /** Addresses with their prefixes; compared as a set. */
  proxyAddresses?: ProxyAddress[] | null;
  /** Whether it is the quarantined object that a collision left behind. */
  quarantined?: boolean | null;
  /** Directory roles; users only. */
  roles?: string[] | null;
  /** The sign-in name; users only. */
  userPrincipalName?: string | null;
}

/** What a cloud administrator changes about an object. Attributes merge name by name, everything else replaces. */
export interface CloudObjectChange {
  /** The attributes that change; `null` empties one. */
  attributes?: Record<string, string | null>;
  /** The new password. */
  password?: string | null;
  /** The new addresses, all of them. */
  proxyAddresses?: ProxyAddress[] | null;
  /** The new sign-in name; users only. */
  userPrincipalName?: string | null;
}

/** How a command names a cloud object, independent of the implementation's own identifiers. Written as a mapping with one field, `{label: ann}`, in YAML and in JSON. */
export type CloudRef =
  /** The object that started, or was created, under this label. */
  | {
    label: string;
  }
  /** The object that was last joined to, or provisioned for, the on-premises object with this key. */
  | {
    joinedTo: string;
  }
  /** The quarantined object that a collision of the on-premises object with this key left behind. */
  | {
    quarantinedFor: string;
  };

/** A cloud object to start with or to create: mastered in the cloud and active. */
export interface CloudSetup {
  /** Everything else. */
  attributes?: Record<string, string>;
  /** Directory roles that it may activate without holding them; users only. */
  eligibleRoles?: string[];
  /** What it is. */
  kind: Kind;
  /** The suite's name for the object. */
  label: string;
  /** For groups: whether the group has a mailbox address of its own. */
  mailEnabled?: boolean;
  /** A source anchor that it already carries. */
  onPremisesImmutableId?: string | null;
  /** The `objectIdentifier` of an on-premises object that it was mapped to; users only. */
  onPremisesObjectIdentifier?: string | null;
  /** A stand-in for the password hash. */
  password?: string | null;
  /** Addresses with their prefixes. */
  proxyAddresses?: ProxyAddress[];
  /** Directory roles; users only. */
  roles?: string[];
  /** The sign-in name; users only. */
  userPrincipalName?: string | null;
}

/** What becomes of a new object whose identifiers are held by objects that it may not match. */
export type CollisionHandling =
  /** An error, and nothing is created. */
  | "rejected"
  /** A quarantined object is created without the values that collide. */
  | "quarantined";

/** One step of a case. */
export type Command =
  /** An on-premises administrator creates an object. */
  | {
    do: "createOnPremisesObject";
    /** The object. */
    object: OnPremisesObject;
  }
  /** An on-premises administrator changes an object. */
  | {
    do: "updateOnPremisesObject";
    /** Which object. */
    key: string;
    /** What changes. */
    set: OnPremisesChange;
  }
  /** An on-premises object leaves the scope of synchronisation; later editions only. */
  | {
    do: "removeOnPremisesObject";
    /** Which object. */
    key: string;
  }
  /** A cloud administrator creates an object. */
  | {
    do: "createCloudObject";
    /** The object. */
    object: CloudSetup;
  }
  /** A cloud administrator changes an object. */
  | {
    do: "updateCloudObject";
    /** Which object. */
    object: CloudRef;
    /** What changes. */
    set: CloudObjectChange;
  }
  /** A cloud administrator writes the source anchor onto an object. */
  | {
    do: "setImmutableId";
    /** Which object. */
    object: CloudRef;
    /** The anchor; no value empties it. */
    value: string | null;
  }
  /** A cloud administrator gives a user a directory role. */
  | {
    do: "assignRole";
    /** Which user. */
    object: CloudRef;
    /** The role's name. */
    role: string;
  }
  /** A cloud administrator takes a directory role from a user. */
  | {
    do: "removeRole";
    /** Which user. */
    object: CloudRef;
    /** The role's name. */
    role: string;
  }
  /** A cloud administrator makes a user eligible for a directory role, which it does not hold by that. */
  | {
    do: "makeEligible";
    /** Which user. */
    object: CloudRef;
    /** The role's name. */
    role: string;
  }
  /** A cloud administrator takes the eligibility for a directory role from a user. */
  | {
    do: "removeEligibility";
    /** Which user. */
    object: CloudRef;
    /** The role's name. */
    role: string;
  }
  /** A cloud administrator writes `onPremisesObjectIdentifier`, which can be cleared and nothing else. */
  | {
    do: "setOnPremisesObjectIdentifier";
    /** Which user. */
    object: CloudRef;
    /** The identifier; no value clears it. */
    value: string | null;
  }
  /** A cloud administrator deletes an object. */
  | {
    do: "deleteCloudObject";
    /** Which object. */
    object: CloudRef;
    /** `true` is a hard delete, `false` moves the object to the recycle bin. */
    permanently: boolean;
  }
  /** A cloud administrator moves the source of authority of an object to the cloud, or gives it back; later editions only. */
  | {
    do: "setCloudManaged";
    /** Which object. */
    object: CloudRef;
    /** Whether it is managed in the cloud. */
    value: boolean;
  }
  /** A cloud administrator takes an object out of the recycle bin. */
  | {
    do: "restoreCloudObject";
    /** Which object. */
    object: CloudRef;
  }
  /** A cloud administrator turns a switch. */
  | {
    do: "setFeature";
    /** Which switch. */
    feature: SwitchName;
    /** On or off. */
    value: boolean;
  }
  /** Connect is installed anew: it forgets what it had joined, and nothing else changes. */
  | {
    do: "reinstallConnect";
  }
  /** Connect runs one full cycle over all on-premises objects. */
  | {
    do: "sync";
  };

/** The choices that an implementation declares. What it does not declare is not judged. */
export interface DeclaredChoices {
  ambiguousMatch?: AmbiguousMatch | null;
  collisionHandling?: CollisionHandling | null;
  hardVersusSoft?: HardVersusSoft | null;
  valuesAbsentOnPremises?: ValuesAbsentOnPremises | null;
}

/** Who evaluated a match. */
export type Evaluator =
  /** Connect itself. */
  | "client"
  /** The sync service in Microsoft Entra ID. */
  | "service";

/** The switches of a tenant, each by one of its names. Unless a case says otherwise soft match and password hash synchronisation are on, and nothing blocks a hard match. */
export interface Features {
  allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled?: boolean;
  blockCloudObjectTakeoverThroughHardMatch?: boolean;
  blockCloudObjectTakeoverThroughHardMatchEnabled?: boolean;
  blockSoftMatchEnabled?: boolean;
  passwordHashSync?: boolean;
  passwordSyncEnabled?: boolean;
  softMatch?: boolean;
  softMatchOnUpnEnabled?: boolean;
}

/** A field; an attribute is its name behind `attributes.`. */
export type Field = string;

/** Which match wins where the anchor leads to one object and a name or address to another. */
export type HardVersusSoft =
  /** The holder of the anchor is taken over. */
  | "hardFirst"
  /** The soft match is tried first. The anchor stays with its holder. */
  | "softFirst";

/** An implementation's name for reports. */
export interface ImplementationName {
  /** The language that it is written in. */
  language?: string | null;
  /** Its name. */
  name: string;
  /** Where it lives. */
  url?: string | null;
  /** Its version. */
  version: string;
}

/** Why nobody can tell what an implementation would have done: nothing is judged by that, and nothing passed. */
export type Inconclusive =
  /** A service between refused to work so fast, and waiting did not help. */
  | "throttled"
  /** What was changed did not show in time, so that no state that was read can be relied on. */
  | "notSettled"
  /** The cycles, the time or the objects that there were for it are used up. */
  | "budget";

export interface InitializeResult {
  /** What its anchors look like. Those of every case are sent in this form. */
  anchorForm?: AnchorForm | null;
  /** The names of the attributes that it has; absent where it takes any. The attributes of every case are sent by these. */
  attributes?: string[] | null;
  /** What it can be asked to do. A word that the protocol does not know is an error. */
  capabilities?: Capabilities | null;
  /** What it decides where the documents leave a choice. A choice or value that the rulebook does not know is an error. */
  choices?: DeclaredChoices | null;
  /** The editions that it can be held to. */
  editions?: string[] | null;
  /** Who it is. */
  implementation: ImplementationName;
  /** The fields that a sync writes when it creates an object or takes one over, and never after. */
  neverUpdated?: Field[] | null;
  /** The version of the protocol that the adapter speaks. */
  protocol: 1;
  /** The fields that a cloud administrator cannot edit: `userPrincipalName`, `proxyAddresses`, `password`, or `attributes.` and a name. */
  readOnly?: Field[] | null;
  /** How many cases it carries out side by side in one tenant, 1 to 1000; absent where it does not. */
  sideBySide?: number | null;
}

/** What an object is. */
export type Kind =
  /** A user. */
  | "user"
  /** A group, mail-enabled or not. */
  | "group"
  /** A mail contact. */
  | "contact";

/** What an object was matched on. */
export type MatchingAttribute =
  /** The user principal name. */
  | "userPrincipalName"
  /** The primary address. */
  | "proxyAddresses"
  /** The source anchor. */
  | "sourceAnchor";

/** What an on-premises administrator changes about an object. Attributes merge name by name, everything else replaces. */
export interface OnPremisesChange {
  /** The attributes that change; `null` empties one. */
  attributes?: Record<string, string | null>;
  /** The new password. */
  password?: string | null;
  /** The new addresses, all of them. */
  proxyAddresses?: ProxyAddress[] | null;
  /** The new source anchor. */
  sourceAnchor?: string | null;
  /** The new sign-in name; users only. */
  userPrincipalName?: string | null;
}

/** An object in Active Directory that Connect synchronises. */
export interface OnPremisesObject {
  /** Everything else. */
  attributes?: Record<string, string>;
  /** The suite's name for the object, as stable as Active Directory's `objectGUID`. */
  key: string;
  /** What it is. */
  kind: Kind;
  /** For groups: whether the group has a mailbox address of its own. */
  mailEnabled?: boolean;
  /** Active Directory's `objectGUID`; users only, and from later editions on. It is not the anchor, and nothing is matched by it. */
  objectIdentifier?: string | null;
  /** A stand-in for the password hash. */
  password?: string | null;
  /** Addresses with their prefixes; compared as a set. */
  proxyAddresses?: ProxyAddress[];
  /** What ties it to its cloud object. Compared exactly, letter case included. */
  sourceAnchor?: string | null;
  /** The sign-in name; users only. */
  userPrincipalName?: string | null;
}

/** What an implementation says came of a command. */
export interface Outcome {
  /** Why it was refused. Free text unless the implementation declares `errorCodes`. */
  code?: string | null;
  /** Why it was refused, in words. */
  message?: string | null;
  /** Of a sync cycle: one entry for each on-premises object, by its key. */
  objects?: Record<string, SyncResult> | null;
  /** How it ended. */
  status: Status;
}

/** One value of `proxyAddresses`, prefix included, such as `SMTP:ann@contoso.com`. */
export type ProxyAddress = string;

/** What a sync cycle reports for one on-premises object. */
export type ResultWord =
  /** A new cloud object was created for it. */
  | "provisioned"
  /** It was joined to the cloud object that carries its source anchor. */
  | "hardMatched"
  /** It took over a cloud object that it was matched with by name or address. */
  | "softMatched"
  /** It was joined to a cloud object; what it was matched on is not told. */
  | "joined"
  /** Its cloud object received its changes. */
  | "updated"
  /** There was nothing to do. */
  | "unchanged"
  /** It left the scope of synchronisation; later editions only. */
  | "removed"
  /** A collision left a quarantined object behind. */
  | "quarantined"
  /** It could not be synchronised. */
  | "error";

/** Everything that can be observed after a command. The order of objects means nothing. Objects are shared between snapshots: most of them are the same before and after a command. */
export interface Snapshot {
  /** Objects in the cloud, those in the recycle bin included. */
  cloud?: CloudObject[] | null;
  /** Objects on-premises. */
  onPremises?: OnPremisesObject[] | null;
}

/** What is different in one state from the one before. Absent and empty mean that nothing is. */
export interface SnapshotChanges {
  /** Cloud objects that are new or differ, each whole, with all of its fields. */
  cloud?: CloudObject[] | null;
  /** Identifiers of cloud objects that are gone for good. */
  cloudGone?: string[] | null;
  /** On-premises objects that are new or differ, each whole. */
  onPremises?: OnPremisesObject[] | null;
  /** Keys of on-premises objects that are gone. */
  onPremisesGone?: string[] | null;
}

/** How a command ended. */
export type Status =
  /** It was carried out. */
  | "ok"
  /** It was refused; nothing changed. */
  | "refused"
  /** The object that it names does not exist; nothing changed. */
  | "notFound";

/** What is seen of one step: what was said of it, and the state afterwards. */
export interface StepObservation {
  /** What the implementation says came of the command. */
  outcome: Outcome;
  /** The whole observable state afterwards. */
  snapshot: Snapshot;
}

/** The suite's name and version. */
export interface SuiteName {
  /** Its name. */
  name: string;
  /** Its version. */
  version: string;
}

/** A name of a switch. Some switches have two: that of the edition 2023-01, and that of Microsoft Graph, which later editions use. Files and requests are read with either. */
export type SwitchName =
  /** `Feature::SoftMatch`. */
  | "softMatch"
  /** The negation of `Feature::SoftMatch`. */
  | "blockSoftMatchEnabled"
  /** `Feature::PasswordHashSync`. */
  | "passwordHashSync"
  /** `Feature::PasswordHashSync`. */
  | "passwordSyncEnabled"
  /** `Feature::BlockHardMatch`. */
  | "blockCloudObjectTakeoverThroughHardMatch"
  /** `Feature::BlockHardMatch`. */
  | "blockCloudObjectTakeoverThroughHardMatchEnabled"
  /** `Feature::SoftMatchOnUpn`. */
  | "softMatchOnUpnEnabled"
  /** `Feature::IdentifierUpdate`. */
  | "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled";

/** By which names the switches of a tenant are sent, and written in files. */
export type SwitchNames =
  /** Those of the edition 2023-01: `softMatch`, on unless it was turned off. */
  | "plain"
  /** Those of Microsoft Graph: `blockSoftMatchEnabled`, off unless it was turned on. */
  | "graph";

/** One object's entry in the report of a sync cycle. */
export interface SyncResult {
  /** The cloud object that it is linked to after the cycle, where the implementation declares `cloudId`. */
  cloudId?: string | null;
  /** An error's code. Free text unless the implementation declares `errorCodes`. */
  code?: string | null;
  /** Who evaluated the match, where the implementation declares `evaluatedBy`. */
  evaluatedBy?: Evaluator | null;
  /** What it was matched on, where the implementation declares `matchKind`. */
  matchedOn?: MatchingAttribute | null;
  /** An error's message. Free text. */
  message?: string | null;
  /** What came of it. */
  result: ResultWord;
}

/** The tenant and the on-premises directory that a case starts from. Nothing is joined yet. */
export interface Tenant {
  /** Objects in the cloud: cloud-mastered and active. */
  cloud: CloudSetup[];
  /** The switches. */
  features: Features;
  /** Objects on-premises. */
  onPremises: OnPremisesObject[];
}

/** What becomes of attributes without an on-premises value when a user is taken over. */
export type ValuesAbsentOnPremises =
  /** The cloud value stays. */
  | "kept"
  /** The cloud value is lost. */
  | "cleared"
  /** The cloud value stays at the takeover and is lost in the next cycle. */
  | "clearedInNextCycle";
