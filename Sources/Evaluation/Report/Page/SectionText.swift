extension FindingSection {
  /// The heading of its page.
  var title: String {
    switch self {
    case .structure: "Structure"
    case .temporal: "Time"
    case .integrity: "Integrity"
    case .detection: "Detection"
    case .utility: "Utility"
    case .privacy: "Privacy"
    }
  }

  /// The fragment of its page.
  var anchor: String { rawValue }

  /// What it looks at.
  var question: String {
    switch self {
    case .structure: "Do rows hang together across tables as real ones do?"
    case .temporal: "Do dates follow each other as real ones do?"
    case .integrity: "Is it a valid database at all?"
    case .detection: "Can a classifier tell synthetic rows from real ones?"
    case .utility: "Does a model that learned from synthetic rows work on real ones?"
    case .privacy: "Do synthetic rows give away the rows the generator was trained on?"
    }
  }

  /// What good values prove, and what they do not.
  var explanation: String {
    switch self {
    case .structure:
      "Scores of pairs can be high while the relations are wrong: children of one kind may no longer go with those of "
        + "another kind, siblings may have nothing in common, and rules that hold in every real row may be broken. "
        + "High values here show that such dependencies survived. They say nothing about dependencies that were not "
        + "tested."
    case .temporal:
      "A column of dates can have the right distribution while the events of one parent come in an impossible order "
        + "or at the wrong pace. High values show that order and intervals within groups survived. They do not show "
        + "that long sequences as a whole are realistic."
    case .integrity:
      "Everything here should be 100: a lower value is a defect of the generator or of the export, not a matter of "
        + "quality. A valid database can still be a bad likeness; see the other pages for that."
    case .detection:
      "A classifier sees real and synthetic rows, learns, and guesses for rows it has not seen. An accuracy of one half "
        + "is chance: it found no difference. Much above one half means that a difference exists somewhere, even if "
        + "every score of columns and pairs is high; well below one half means copied rows. Chance accuracy proves "
        + "only that this classifier, on this many rows, found nothing."
    case .utility:
      "Every target is predicted once by a model trained on synthetic rows and once by the same model trained on real "
        + "rows; both are tested on the same real rows. Equal values mean that synthetic rows teach what real rows "
        + "teach about this target. Where even real rows teach nothing, equal values prove nothing."
    case .privacy:
      "Each line compares synthetic rows with held-out real rows, which the generator never saw: they show how near "
        + "two real rows come by chance. Synthetic rows that are no nearer to the training rows than held-out rows are "
        + "were not copied in a way that these distances see. None of these numbers bounds the risk of a particular "
        + "person; only differential privacy does. Membership inference is an attack, and a better attack may succeed "
        + "where this one fails."
    }
  }
}
