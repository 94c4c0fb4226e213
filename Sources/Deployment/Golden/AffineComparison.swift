import NetworkIR
import Reference

/// Golden reals behind an affine tail against the accumulators that the network delivers.
///
/// A program that computes in float32 dequantizes, multiplies and adds up n products, in any order, and then applies the
/// tail's operators. Against the exact number it is off by at most
///
///     (n + 10 * (1 + operators)) * 2^-24 * (|scale| * (sum of |x - zero point| * |w - zero point|, + |bias|) + |addends|)
///
/// to first order: n roundings for the sum (Higham, Accuracy and Stability of Numerical Algorithms, 4.2), ten for scales
/// and products, and ten for each operator, of which a batch normalization has most, six.
struct AffineComparison {
  var network: Network

  /// A real that float32 cannot have made of the accumulator.
  private struct Outlier {
    /// HWC.
    var index: Int
    var exact: Double
    var bound: Double
  }

  /// Counts a tensor's elements and those that differ.
  func compare(_ golden: GoldenReals, _ tensors: [[Int32]], _ tally: inout Tally) {
    tally.elements += golden.values.count
    tally.mismatches += outliers(golden, tensors).count
  }

  /// Looks for the golden tensors that differ, and whether they do from the golden codes too.
  ///
  /// - Parameters:
  ///   - golden: all reals of one sample.
  ///   - known: the golden codes of the sample, from which the accumulators may follow where the reference's differ.
  ///   - inputs: of the sample.
  ///   - reference: the codes of every tensor, as the reference computes them from the inputs.
  /// - Returns: one entry for each golden tensor that differs.
  func differences(
    _ golden: [GoldenReals], _ known: [GoldenTensor], inputs: [[Int32]], reference: [[Int32]]
  ) -> [GoldenDifference] {
    let codes = Dictionary(known.map { ($0.tensor, $0.values) }, uniquingKeysWith: { first, _ in first })
    return golden.compactMap { reals in
      let found = outliers(reals, reference)
      guard let first = found.first else { return nil }
      var read = (try? ReferenceExecutor(network).run(inputs, readingInstead: codes)) ?? reference
      for (tensor, values) in codes { read[tensor] = values }
      let own = outliers(reals, read)
      return difference(reals, found.count, own: own.count, first: own.first ?? first, own.isEmpty ? reference : read)
    }
  }

  private func difference(
    _ golden: GoldenReals, _ mismatches: Int, own: Int, first: Outlier, _ tensors: [[Int32]]
  ) -> GoldenDifference {
    let channel = first.index % network[golden.tensor].shape.channels
    let value = golden.values[first.index]
    let code = ((value - golden.tail.offset(channel)) / golden.tail.scale(channel)).rounded()
    let range = (Double(Int32.min), Double(Int32.max))
    return GoldenDifference(
      source: golden.source, tensor: network[golden.tensor].name, elements: golden.values.count,
      mismatches: mismatches, ownMismatches: own,
      first: Difference(
        network, layer: layer(of: golden), tensor: golden.tensor, sample: golden.sample, index: first.index,
        expected: code.isNaN ? 0 : Int32(min(max(code, range.0), range.1)),
        got: tensors[golden.tensor][first.index], read: tensors),
      cause: own == 0 ? .follows : .beyondError(golden: value, exact: first.exact, bound: first.bound))
  }

  /// The elements that differ, in order. A layer that is no sum of products has no error to allow for.
  private func outliers(_ golden: GoldenReals, _ tensors: [[Int32]]) -> [Outlier] {
    let magnitudes = layer(of: golden).flatMap { ReferenceExecutor(network).magnitudes(layer: $0, tensors: tensors) }
    let channels = network[golden.tensor].shape.channels
    let tail = golden.tail
    return zip(golden.values, tensors[golden.tensor]).enumerated().compactMap { index, pair in
      let (value, code) = pair
      let channel = index % channels
      let exact = tail.scale(channel) * Double(code) + tail.offset(channel)
      var bound = 0.0
      if let magnitudes {
        let roundings = Double(magnitudes.terms) + 10 * Double(1 + tail.operators)
        let size = abs(tail.scale(channel)) * Double(magnitudes.sums[index]) + tail.offsetMagnitude(channel)
        bound = roundings * 0x1p-24 * size
      }
      // Written so that what is no number differs.
      return abs(value - exact) <= bound ? nil : Outlier(index: index, exact: exact, bound: bound)
    }
  }

  private func layer(of golden: GoldenReals) -> Int? {
    network.layers.firstIndex { $0.output == golden.tensor }
  }
}

extension AffineTail {
  fileprivate func scale(_ channel: Int) -> Double { scales[scales.count == 1 ? 0 : channel] }

  fileprivate func offset(_ channel: Int) -> Double { offsets[offsets.count == 1 ? 0 : channel] }

  fileprivate func offsetMagnitude(_ channel: Int) -> Double {
    offsetMagnitudes[offsetMagnitudes.count == 1 ? 0 : channel]
  }
}
