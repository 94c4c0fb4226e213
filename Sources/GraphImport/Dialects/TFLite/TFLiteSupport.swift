/// One supported operator: what it becomes, what it must be like, and the function that lowers it.
///
/// The lowering dispatches on these rows, and the page of supported operators is printed from them. Each row stands in
/// the file of its function; a table of rows is made known by its line in `all`.
struct TFLiteSupport: Sendable {
  /// The schema's name of the operator.
  var name: String
  /// What becomes of it in the network, in a few words.
  var layer: String
  /// What holds for this operator beyond what holds for all of them.
  var limits: [TFLiteLimit]
  /// How many of its leading inputs hold data; the others only say shapes, axes and the like. nil: all of them.
  var dataInputs: Int?
  /// Whether XNNPACK's arithmetic is modelled, or no arithmetic takes place.
  var isModelledForXNNPACK: Bool
  /// Emits the operator's layers, or records what stands in the way.
  var lower: @Sendable (inout TFLiteOperator) -> Void

  init(
    _ name: String, _ layer: String, limits: [TFLiteLimit] = [], dataInputs: Int? = nil,
    isModelledForXNNPACK: Bool = false, lower: @escaping @Sendable (inout TFLiteOperator) -> Void
  ) {
    self.name = name
    self.layer = layer
    self.limits = limits
    self.dataInputs = dataInputs
    self.isModelledForXNNPACK = isModelledForXNNPACK
    self.lower = lower
  }

  /// Every supported operator, in the order of the printed page.
  static let all =
    weighted + products + binary + pools + reductions + elementwise + unary + views + movements

  /// The row of an operator; nil where it is not supported.
  static func of(_ name: String) -> TFLiteSupport? { byName[name] }

  private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}
