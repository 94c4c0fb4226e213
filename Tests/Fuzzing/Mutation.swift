import CFuzzer
import NetworkIR

/// libFuzzer asks for each mutation here: every other one changes the file's contents instead of its bytes.
///
/// Source of the signature: https://llvm.org/docs/LibFuzzer.html, structure-aware fuzzing.
@_cdecl("LLVMFuzzerCustomMutator")
func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int, _ seed: CUnsignedInt) -> Int {
  var generator = SplitMix64(seed: UInt64(seed))
  if Bool.random(using: &generator),
    let changed = changed([UInt8](UnsafeBufferPointer(start: bytes, count: count)), using: &generator),
    !changed.isEmpty, changed.count <= capacity
  {
    for (index, byte) in changed.enumerated() { bytes[index] = byte }
    return changed.count
  }
  return LLVMFuzzerMutate(bytes, count, capacity)
}

/// The file with something in it changed; nil where it can't be taken apart.
private func changed(_ bytes: [UInt8], using generator: inout SplitMix64) -> [UInt8]? {
  switch Reader.current {
  case .onnx: ONNXMutation.changed(bytes, using: &generator)
  case .tflite: WordMutation.changed(bytes, using: &generator)
  case .plan: JSONMutation.changed(bytes, using: &generator)
  case .deployment:
    bytes.dropFirst(4).starts(with: "TFL3".utf8)
      ? WordMutation.changed(bytes, using: &generator) : ONNXMutation.changed(bytes, using: &generator)
  case .files:
    SmallFile.kind(of: bytes)?.isJSON == true
      ? JSONMutation.changed(Array(bytes.dropFirst()), using: &generator).map { bytes.prefix(1) + $0 } : nil
  case nil: nil
  }
}

extension SplitMix64 {
  /// A number at which programs break.
  mutating func extremeNumber() -> Int {
    let edges = [
      0, 1, -1, 2, 3, 7, 8, 127, 128, 255, 256, 4_095, 4_096, 32_767, 65_535, 65_536, 1 << 20, 1 << 24, 1 << 28,
      1 << 30,
      (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 40, 1 << 50, Int.max, Int.min,
    ]
    return edges[index(edges)]
  }

  /// A place in a collection that has one.
  mutating func index(_ elements: some RandomAccessCollection) -> Int {
    Int.random(in: 0..<elements.count, using: &self)
  }

  /// A number made of another one: near it, a multiple or part of it, or an extreme one.
  mutating func number(near value: Int) -> Int {
    switch Int.random(in: 0..<6, using: &self) {
    case 0: value &+ 1
    case 1: value &- 1
    case 2: value &* 2
    case 3: value / 2
    case 4: Int.random(in: -4...64, using: &self)
    default: extremeNumber()
    }
  }
}

/// Changes aligned numbers of a FlatBuffers file, which is made of little else.
enum WordMutation {
  static func changed(_ bytes: [UInt8], using generator: inout SplitMix64) -> [UInt8]? {
    guard bytes.count >= 16 else { return nil }
    var result = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let width = [1, 2, 4, 4, 4, 8][Int.random(in: 0..<6, using: &generator)]
      let place = Int.random(in: 0..<bytes.count / width, using: &generator) * width
      let other = Int.random(in: 0..<bytes.count / width, using: &generator) * width
      var value = 0
      let isCopied = Int.random(in: 0..<4, using: &generator) == 0
      for index in (0..<width).reversed() { value = value << 8 | Int(result[(isCopied ? other : place) + index]) }
      if !isCopied { value = generator.number(near: value) }
      for index in 0..<width { result[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    return result
  }
}
