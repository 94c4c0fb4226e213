/// Two boxes of as many elements, read in the same order, as copies between them.
///
/// Dimensions are compared from the innermost outwards. Where the sizes of one divide those of the other, they are loops;
/// where they cross, as 4 x 3 against 3 x 4, the copies are listed.
struct ReshapeAlignment {
  /// A range of elements on both sides that is one loop, or several in a list.
  private var steps: [[(input: Int, output: Int, loop: MovementLoop)]] = []
  private let input: StridedBox
  private let output: StridedBox

  init(_ input: StridedBox, _ output: StridedBox) {
    self.input = input
    self.output = output
    var first = Self.outwards(input)[...]
    var second = Self.outwards(output)[...]
    while let (size, inputStride) = first.popFirst(), let (other, outputStride) = second.popFirst() {
      let common = min(size, other)
      if max(size, other).isMultiple(of: common) {
        steps.append([(0, 0, MovementLoop(size: common, input: inputStride, output: outputStride))])
        if size > common { first.insert((size / common, inputStride * common), at: first.startIndex) }
        if other > common { second.insert((other / common, outputStride * common), at: second.startIndex) }
      } else {
        var left = [(size, inputStride)]
        var right = [(other, outputStride)]
        while Self.product(left) != Self.product(right) {
          if Self.product(left) < Self.product(right), let next = first.popFirst() {
            left.append(next)
          } else if let next = second.popFirst() {
            right.append(next)
          } else {
            break
          }
        }
        steps.append(Self.listed(left, right))
      }
    }
  }

  /// nil where a list is longer than a movement may be.
  var copies: [Rearrangement.Copy]? {
    var copies = [
      Rearrangement.Copy(operand: 0, inputOffset: input.offset, outputOffset: output.offset, loops: [])
    ]
    for step in steps {
      guard !step.isEmpty, copies.count * step.count <= Rearrangement.mostPieces else { return nil }
      copies = copies.flatMap { copy in
        step.map { part in
          Rearrangement.Copy(
            operand: 0, inputOffset: copy.inputOffset + part.input, outputOffset: copy.outputOffset + part.output,
            loops: [part.loop] + copy.loops)
        }
      }
    }
    return copies
  }

  /// Sizes and strides from the innermost dimension outwards, those that continue each other joined.
  private static func outwards(_ box: StridedBox) -> [(Int, Int)] {
    var result: [(size: Int, stride: Int)] = []
    for (size, stride) in zip(box.sizes, box.strides).reversed() where size > 1 {
      if let last = result.last, last.stride * last.size == stride {
        result[result.count - 1].size *= size
      } else {
        result.append((size, stride))
      }
    }
    return result
  }

  private static func product(_ loops: [(Int, Int)]) -> Int { loops.reduce(1) { $0 * $1.0 } }

  /// One short loop for each range of elements that is steady on both sides; empty where there are too many.
  private static func listed(
    _ left: [(Int, Int)], _ right: [(Int, Int)]
  ) -> [(input: Int, output: Int, loop: MovementLoop)] {
    let length = Rearrangement.greatestCommonDivisor(left[0].0, right[0].0)
    let count = product(left) / length
    guard count <= Rearrangement.mostPieces else { return [] }
    return (0..<count).map { index in
      let loop = MovementLoop(size: length, input: left[0].1, output: right[0].1)
      return (offset(index * length, left), offset(index * length, right), loop)
    }
  }

  private static func offset(_ element: Int, _ loops: [(Int, Int)]) -> Int {
    var rest = element
    return loops.reduce(0) { sum, loop in
      defer { rest /= loop.0 }
      return sum + rest % loop.0 * loop.1
    }
  }
}
