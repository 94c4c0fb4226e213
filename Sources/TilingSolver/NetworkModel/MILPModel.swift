/// A mixed-integer linear program as plain values: minimise the objective over the columns, subject to the rows.
///
/// Nothing of GLPK shows here, so that models can be built, printed and compared without it.
struct MILPModel: Equatable, Sendable {
  /// One variable.
  struct Column: Equatable, Sendable {
    var isBinary: Bool
    var lower: Double
    /// nil: unbounded above.
    var upper: Double?
    /// Coefficient in the objective.
    var cost: Double
  }

  /// A column times a number.
  struct Term: Equatable, Sendable {
    var column: Int
    var coefficient: Double

    init(_ coefficient: Double, _ column: Int) {
      self.column = column
      self.coefficient = coefficient
    }
  }

  /// Bounds on a sum of terms; nil: no bound on that side.
  struct Row: Equatable, Sendable {
    var terms: [Term]
    var lower: Double?
    var upper: Double?
  }

  /// Numbered in the order in which they were added.
  private(set) var columns: [Column] = []
  /// In the order in which they were demanded.
  private(set) var rows: [Row] = []

  /// Adds a variable that is 0 or 1, or one of both only, and returns its number.
  mutating func addBinary(from lower: Int = 0, to upper: Int = 1, cost: Double = 0) -> Int {
    columns.append(Column(isBinary: true, lower: Double(lower), upper: Double(upper), cost: cost))
    return columns.count - 1
  }

  /// Adds a real variable and returns its number.
  mutating func addContinuous(from lower: Double = 0, to upper: Double? = nil, cost: Double = 0) -> Int {
    columns.append(Column(isBinary: false, lower: lower, upper: upper, cost: cost))
    return columns.count - 1
  }

  /// Demands `sum of terms == value`.
  mutating func require(_ terms: [Term], equals value: Double) {
    addRow(terms, lower: value, upper: value)
  }

  /// Demands `sum of terms <= value`.
  mutating func require(_ terms: [Term], atMost value: Double) {
    addRow(terms, lower: nil, upper: value)
  }

  /// Demands `sum of terms >= value`.
  mutating func require(_ terms: [Term], atLeast value: Double) {
    addRow(terms, lower: value, upper: nil)
  }

  /// GLPK refuses a column that occurs twice in a row: equal columns are added up.
  private mutating func addRow(_ terms: [Term], lower: Double?, upper: Double?) {
    var merged: [Term] = []
    for term in terms.sorted(by: { $0.column < $1.column }) where term.coefficient != 0 {
      if let last = merged.last, last.column == term.column {
        merged[merged.count - 1].coefficient += term.coefficient
      } else {
        merged.append(term)
      }
    }
    rows.append(Row(terms: merged, lower: lower, upper: upper))
  }
}

/// A point that satisfies a `MILPModel`, and what is known about better ones.
struct MILPSolution: Equatable, Sendable {
  /// The search was completed: no better point exists.
  var isOptimal: Bool
  /// One per column.
  var values: [Double]
  /// Sum of the columns times their costs.
  var objective: Double
  /// No point of the model is below this.
  var bound: Double
  /// Branch-and-bound nodes created.
  var nodes: Int

  /// Whether a binary column is 1.
  func isOne(_ column: Int) -> Bool { values[column] > 0.5 }
}

/// Why no point was found.
enum MILPError: Error, Equatable, Sendable {
  /// The rows contradict each other.
  case infeasible
  /// The search was stopped at this number of nodes before a point was found; no point is below `bound`.
  case nodeLimit(nodes: Int, bound: Double)
  /// GLPK gave up with this return code (`GLP_E...` of glpk.h).
  case failed(code: Int)
}
