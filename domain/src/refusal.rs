//! Why a command cannot happen. The app turns each into a sentence in the reader's language.

use serde::{Deserialize, Serialize};

/// An expected no. Travels in verdicts as its snake_case name.
///
/// GD numbers are the guards of the domain model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    // Who
    /// The person's role does not do this.
    NotYourRole,
    /// GD-05: the visit or request belongs to somebody else.
    NotYours,
    /// The account is no longer active.
    NotActive,
    /// An administrator cannot lock himself out.
    OwnAccount,

    // What
    /// The thing is not known here.
    NotFound,
    /// The thing exists already and is different.
    AlreadyExists,
    /// The command contradicts itself (ids that do not match, impossible values).
    Malformed,
    /// The server does not know this kind of command, or cannot read it.
    Unreadable,

    // Texts and numbers
    NameMissing,
    PhoneMissing,
    ModelMissing,
    DescriptionMissing,
    TitleMissing,
    RoleMissing,
    PartMissing,
    LinesMissing,
    TextMissing,
    TextTooLong,
    DateMalformed,
    AmountImplausible,
    QuantityImplausible,
    /// GD-26
    ReasonMissing,

    // The ticket's stage
    /// GD-02: method, priority and department first.
    NotTriaged,
    AlreadyDispatched,
    NotDispatchable,
    /// GD-04: the person is no active engineer.
    NotAbleEngineer,
    /// The same engineer already has this job.
    SameEngineer,
    NotInProgress,
    NotOnHold,
    NotWaitingForConfirmation,
    NotCompleted,
    NotClosed,
    AlreadyOver,
    /// A signed sheet exists, so the ticket cannot be cancelled any more.
    AlreadySigned,
    /// GD-25: flags, unsigned sheets or parts are still open.
    StillOpen,
    /// GD-24: how the customer confirmed.
    ConfirmationMissing,
    /// GD-25: the customer's machine is with us and has to be handed back first.
    MachineWithUs,
    /// Nobody has taken the machine, or it is back with the customer.
    MachineNotWithUs,
    /// GD-22: without slip or copy, what was looked at to know the person.
    IdentityMissing,
    /// The window for reopening has passed.
    TooLateToReopen,

    // The visit
    /// The visit was called off, or the job was given to somebody else.
    CalledOff,
    NotAccepted,
    AlreadyDone,
    NotArrived,
    /// GD-06: the customer has not agreed to the inspection.
    ConsentMissing,
    NotInspected,
    /// GD-07: talk with the customer before the repair.
    TalkMissing,
    NotRepairing,
    /// GD-09: the customer checked the machine and the site is restored.
    CheckMissing,
    /// GD-10: the reason was explained to the customer.
    ExplanationMissing,
    /// GD-12: the cause is clear and in words.
    CauseMissing,
    SolutionMissing,
    /// GD-14: every replaced returnable part carries a fault label.
    LabelMissing,
    NotFinished,
    /// A visit keeps so many and no more.
    TooManyPhotos,
    /// The sheet is locked; unlock it before changing the work.
    SheetLocked,
    SheetNotLocked,
    /// What is to be signed is not what was locked.
    SheetDiffers,
    /// GD-16: nothing was drawn.
    SignatureMissing,
    SignerMissing,
    AlreadySignedVisit,
    NotSigned,
    NotHandedIn,
    AppointmentMalformed,

    // Part requests and stock
    NotSubmitted,
    NotApproved,
    NotIssued,

    // Flags
    NoSuchFlag,
    AlreadySettled,
    NoSuchDecision,
}
