import NetworkIR
import PlanVerification
import Testing

/// Movements that the network gets wrong: the plan of "direct", for a network with other pieces.
struct MovementTests {
  /// What is done to the movement, and the sentence that objects.
  struct Fault: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var change: @Sendable (inout Movement) -> Void

    init(_ sentence: String, _ change: @escaping @Sendable (inout Movement) -> Void) {
      testDescription = sentence
      self.change = change
    }
  }

  private static func piece(
    operand: Int = 0, from input: Int = 0, to output: Int = 0, _ extents: [Int], _ inputStrides: [Int],
    _ outputStrides: [Int]
  ) -> Movement.Piece {
    Movement.Piece(
      operand: operand, inputOffset: input, outputOffset: output, extents: extents, inputStrides: inputStrides,
      outputStrides: outputStrides)
  }

  static let faults = [
    Fault("has 0 loops") { $0.pieces = [piece([], [], [])] },
    Fault("has 7 loops") {
      $0.pieces = [piece(Array(repeating: 1, count: 7), Array(repeating: 0, count: 7), Array(repeating: 0, count: 7))]
    },
    Fault("has a loop without a stride") { $0.pieces = [piece([2, 5], [5], [8, 1])] },
    Fault("has an empty loop") { $0.pieces = [piece([2, 0], [5, 1], [8, 1])] },
    Fault("has an empty loop") { $0.pieces = [piece([2, -1], [5, 1], [8, 1])] },
    Fault("reads operand 1") { $0.pieces = [piece(operand: 1, [2, 5], [5, 1], [8, 1])] },
    Fault("reads operand -1") { $0.pieces = [piece(operand: -1, [2, 5], [5, 1], [8, 1])] },
    // A row has 10 elements in and 16 out.
    Fault("reads outside its operand") { $0.pieces = [piece(from: 1, [2, 5], [5, 1], [8, 1])] },
    Fault("reads outside its operand") { $0.pieces = [piece(from: 3, [2, 5], [5, -1], [8, 1])] },
    Fault("reads outside its operand") { $0.pieces = [piece([Int.max, Int.max], [Int.max, Int.max], [0, 0])] },
    Fault("reads outside its operand") { $0.pieces = [piece([Int.max, 2], [Int.min, Int.min], [0, 0])] },
    Fault("writes outside the output") { $0.pieces = [piece(to: 4, [2, 5], [5, 1], [8, 1])] },
    Fault("writes outside the output") { $0.pieces = [piece(to: -1, [2, 5], [5, 1], [8, 1])] },
    Fault("writes an element twice") { $0.pieces = [piece([2, 5], [5, 1], [4, 1])] },
    Fault("writes an element twice") { $0.pieces.append($0.pieces[0]) },
    Fault("writes an element twice") { $0.pieces = [piece([1 << 62], [0], [0])] },
    Fault("the window is not the network's") { $0.isRowwise = false },
    Fault("the fill is no code of the output") { $0.fill = 16 },
  ]

  private static func violations(_ movement: Movement) -> [PlanViolation] {
    var network = ValidNetworks.direct()
    network.layers[0].operation = .movement(movement)
    return PlanVerifier.violations(in: ValidPlans.plan("direct"), network: network)
  }

  private static func valid() throws -> Movement {
    guard case .movement(let movement) = ValidNetworks.direct().layers[0].operation else {
      throw Refusal(Diagnostic(code: "DG0000", message: "the first layer of 'direct' is no movement"))
    }
    return movement
  }

  @Test(arguments: faults)
  func `a movement that is no rearrangement is refused`(fault: Fault) throws {
    var movement = try Self.valid()
    fault.change(&movement)
    let sentences = Self.violations(movement).map(\.sentence)
    #expect(sentences.contains { $0.contains(fault.testDescription) }, "\(sentences)")
  }

  @Test
  func `pieces may interleave, reverse and repeat as long as no element is written twice`() throws {
    var movement = try Self.valid()
    // Even channels backwards, odd ones from one element, and the last four of each pixel from another; the bytes in
    // the code are those of one piece, so that one more is all that is wrong.
    movement.pieces = [
      Self.piece(from: 9, [2, 2], [-5, -2], [8, 2]), Self.piece(from: 0, to: 1, [2, 2], [0, 0], [8, 2]),
      Self.piece(from: 3, to: 4, [2, 4], [5, 0], [8, 1]),
    ]
    let violations = Self.violations(movement)
    #expect(violations.map(\.sentence) == ["bytes of constants in the code"])
    #expect(violations.first?.expected == 3 * 96)
  }
}
