import NetworkIR

/// Where the elements of one output come from: the general form of concatenation, slice, padding, transposition, ...
///
/// Element counts are within `NetworkLimit.mostElements`, so that no offset overflows. Copies do not overlap in the output.
struct Rearrangement: Equatable, Sendable {
  /// The code where nothing is copied to.
  var fill = 0
  private(set) var copies: [Copy] = []

  /// A box of elements that is copied.
  struct Copy: Equatable, Sendable {
    var operand: Int
    var inputOffset: Int
    var outputOffset: Int
    var loops: [MovementLoop]
  }

  /// Copies that a movement may have; above this its tables are larger than the code they save.
  static let mostPieces = 1_024

  init(fill: Int = 0) { self.fill = fill }

  /// Copies a box to one of the same sizes.
  mutating func copy(_ operand: Int = 0, from input: StridedBox, to output: StridedBox) {
    let loops = input.sizes.indices.map { index in
      MovementLoop(size: input.sizes[index], input: input.strides[index], output: output.strides[index])
    }
    copies.append(Copy(operand: operand, inputOffset: input.offset, outputOffset: output.offset, loops: loops))
  }

  /// Copies, along each dimension, the coordinates that `axes` select; input and output have as many dimensions.
  ///
  /// - Returns: false, and copies nothing, where that takes more than `mostPieces`.
  mutating func copy(
    _ operand: Int = 0, from input: StridedBox, by axes: [AxisSelection], to output: StridedBox
  ) -> Bool {
    var found = [Copy(operand: operand, inputOffset: input.offset, outputOffset: output.offset, loops: [])]
    for (dimension, axis) in axes.enumerated() {
      let (from, to) = (input.strides[dimension], output.strides[dimension])
      guard found.count * axis.runs.count <= Self.mostPieces else { return false }
      found = found.flatMap { copy in
        axis.runs.map { run in
          Copy(
            operand: operand, inputOffset: copy.inputOffset + run.input * from,
            outputOffset: copy.outputOffset + run.output * to,
            loops: copy.loops
              + run.loops.map { MovementLoop(size: $0.size, input: $0.input * from, output: $0.output * to) })
        }
      }
    }
    copies += found
    return true
  }

  /// Adds copies as they are.
  mutating func append(_ more: [Copy]) { copies += more }

  /// Elements that are copied; fewer than the output has where the rest is filled.
  var copiedElements: Int { copies.reduce(0) { $0 + $1.loops.reduce(1) { $0 * $1.size } } }

  /// The copies in as few loops as they need, at most `Movement.mostExtents` each; nil for more than `mostPieces`.
  var merged: [Copy]? {
    var result: [Copy] = []
    for copy in copies {
      var open = [copy.merged]
      while let next = open.popLast() {
        guard result.count + open.count < Self.mostPieces else { return nil }
        if next.loops.count <= Movement.mostExtents { result.append(next) } else { open += next.unrolled.reversed() }
      }
    }
    return result
  }

  /// Whether the output is the first operand itself, code by code.
  func isIdentity(of elements: Int) -> Bool {
    guard let merged, merged.count == 1, let only = merged.first else { return false }
    return only.operand == 0 && only.inputOffset == 0 && only.outputOffset == 0
      && only.loops == [MovementLoop(size: elements, input: 1, output: 1)]
  }
}

extension Rearrangement.Copy {
  /// Loops of one turn left out, those that continue each other joined; the output is written in ascending order.
  fileprivate var merged: Rearrangement.Copy {
    var result = self
    result.loops = []
    for loop in loops where loop.size > 1 {
      guard loop.output < 0 else { result.loops.append(loop); continue }
      result.inputOffset += loop.input * (loop.size - 1)
      result.outputOffset += loop.output * (loop.size - 1)
      result.loops.append(MovementLoop(size: loop.size, input: -loop.input, output: -loop.output))
    }
    var joined: [MovementLoop] = []
    for loop in result.loops.sorted(by: { $0.output > $1.output }) {
      if let last = joined.last, last.input == loop.input * loop.size, last.output == loop.output * loop.size {
        joined[joined.count - 1] = MovementLoop(size: last.size * loop.size, input: loop.input, output: loop.output)
      } else {
        joined.append(loop)
      }
    }
    result.loops = joined.isEmpty ? [MovementLoop(size: 1, input: 1, output: 1)] : joined
    return result
  }

  /// One copy for each turn of the shortest loop.
  fileprivate var unrolled: [Rearrangement.Copy] {
    guard let shortest = loops.indices.min(by: { loops[$0].size < loops[$1].size }) else { return [self] }
    var rest = self
    let loop = rest.loops.remove(at: shortest)
    return (0..<min(loop.size, Rearrangement.mostPieces + 1)).map { turn in
      var copy = rest
      copy.inputOffset += turn * loop.input
      copy.outputOffset += turn * loop.output
      return copy
    }
  }

  /// The part of this copy in the first of `rows` rows, if all rows are alike and nothing leaves its row; else nil.
  ///
  /// A row of the operand has `inputRow` elements, one of the output `outputRow`.
  func row(outOf rows: Int, inputRow: Int, outputRow: Int) -> Rearrangement.Copy? {
    let index = loops.firstIndex { loop in
      loop.size.isMultiple(of: rows) && loop.input * (loop.size / rows) == inputRow
        && loop.output * (loop.size / rows) == outputRow
    }
    guard let index else { return nil }
    var row = self
    row.loops[index].size /= rows
    if row.loops[index].size == 1 && row.loops.count > 1 { row.loops.remove(at: index) }
    let inputs = row.loops.map { ($0.size - 1) * $0.input }
    let outputs = row.loops.map { ($0.size - 1) * $0.output }
    let reach = { (start: Int, steps: [Int]) in
      start + steps.filter { $0 < 0 }.reduce(0, +)...start + steps.filter { $0 > 0 }.reduce(0, +)
    }
    let read = reach(inputOffset, inputs)
    let written = reach(outputOffset, outputs)
    guard read.lowerBound >= 0, read.upperBound < inputRow, written.lowerBound >= 0, written.upperBound < outputRow
    else { return nil }
    return row
  }

  var piece: Movement.Piece {
    Movement.Piece(
      operand: operand, inputOffset: inputOffset, outputOffset: outputOffset, extents: loops.map(\.size),
      inputStrides: loops.map(\.input), outputStrides: loops.map(\.output))
  }
}
