import Foundation
import NetworkIR
import Testing

@testable import Deployment

struct GoldenDataTests {
  /// Input 2x3x2 (HWC), one max pool over everything: output 1x1x2.
  static let network: Network = {
    let input = Tensor(
      name: "in", shape: Shape(height: 2, width: 3, channels: 2), type: .uint8, values: 0...255,
      origin: TensorOrigin(dimensions: [1, 2, 2, 3], axes: [.batch, .channel, .height, .width]))
    let output = Tensor(
      name: "out", shape: Shape(height: 1, width: 1, channels: 2), type: .uint8, values: 0...255,
      origin: TensorOrigin(dimensions: [1, 2, 1, 1], axes: [.batch, .channel, .height, .width]))
    let pool = Pooling(
      kind: .maximum(clamp: 0...255), kernel: Extent(height: 2, width: 3), stride: .one, padding: .zero)
    return Network(
      name: "pool", tensors: [input, output],
      layers: [
        Layer(
          name: "maxpool_00", source: "p", operation: .pooling(pool),
          inputs: [Operand(tensor: 0, shape: input.shape)], output: 1)
      ], inputs: [Boundary(tensor: 0)], outputs: [Boundary(tensor: 1)])
  }()

  static let hwc: [Int32] = [0, 100, 1, 101, 2, 102, 3, 103, 4, 104, 5, 105]
  static let nchw: [Int32] = [0, 1, 2, 3, 4, 5, 100, 101, 102, 103, 104, 105]

  static func write(_ files: [String: String], _ body: (String) throws -> Void) throws {
    try OutputFolderTests.scratch { path in
      for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name)) }
      try body(path)
    }
  }

  @Test func `an npy pair in the model's layout becomes HWC codes`() throws {
    try OutputFolderTests.scratch { path in
      let stack = NPY.encode(Self.nchw + Self.nchw, type: .uint8, dimensions: [2, 2, 2, 3])
      try Data(stack).write(to: URL(fileURLWithPath: path + "/input0.npy"))
      let answers = NPY.encode([5, 105, 5, 105], type: .uint8, dimensions: [2, 2, 1, 1])
      try Data(answers).write(to: URL(fileURLWithPath: path + "/output0.npy"))
      let golden = try GoldenFolder.read(path, for: Self.network)
      #expect(golden.samples == [[Self.hwc], [Self.hwc]])
      #expect(golden.expected.map(\.values) == [[5, 105], [5, 105]])
    }
  }

  @Test func `a file without a type, and floats without a scale, are read as codes and that is said`() throws {
    try OutputFolderTests.scratch { path in
      let url = URL(fileURLWithPath: path)
      try Data(Self.nchw.map { UInt8($0) }).write(to: url.appending(path: "in.bin"))
      let raw = try SampleSource.files([path + "/in.bin"]).load(for: Self.network)
      #expect(raw.samples == [[Self.hwc]])
      #expect(raw.remarks.map(\.code) == ["DG0029"] && raw.remarks[0].message.contains("uint8"))

      let floats = Self.nchw.flatMap { withUnsafeBytes(of: Float($0).bitPattern.littleEndian) { Array($0) } }
      var file = NPY.encode(Self.nchw, type: .int32, dimensions: [1, 2, 2, 3])
      let header = String(decoding: file, as: UTF8.self)
      #expect(header.contains("<i4"))
      let place = try #require(file.firstRange(of: Array("<i4".utf8)))
      file.replaceSubrange(place, with: Array("<f4".utf8))
      file.replaceSubrange(file.count - floats.count..<file.count, with: floats)
      try Data(file).write(to: url.appending(path: "in.npy"))
      let reals = try SampleSource.files([path + "/in.npy"]).load(for: Self.network)
      #expect(reals.samples == [[Self.hwc]])
      #expect(reals.remarks.map(\.code) == ["DG0029"] && reals.remarks[0].message.contains("float32"))
      var scaled = Self.network
      scaled.inputs[0].scale = 1
      #expect(try SampleSource.files([path + "/in.npy"]).load(for: scaled).remarks.isEmpty)
    }
  }

  @Test func `floats beside codes in a manifest are left aside, and that is said`() throws {
    let entry = { (name: String, shape: String) in
      "{\"file\": \"\(name)\", \"dtype\": \"uint8\", \"n\": 1, \"shape\": \(shape)}"
    }
    let manifest = """
      {"golden": {"inputs": [\(entry("x.bin", "[2, 2, 3]"))], "outputs": [\(entry("y.bin", "[2, 1, 1]"))],
       "int_input0": \(entry("a.bin", "[2, 2, 3]")), "int_output0": \(entry("b.bin", "[2, 1, 1]"))}}
      """
    try OutputFolderTests.scratch { path in
      for (name, bytes) in [
        ("manifest.json", Array(manifest.utf8)), ("a.bin", Self.nchw.map { UInt8($0) }), ("b.bin", [5, 105]),
      ] {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
      }
      let golden = try GoldenFolder.read(path, for: Self.network)
      #expect(golden.samples == [[Self.hwc]] && golden.expected.map(\.values) == [[5, 105]])
      #expect(golden.remarks.map(\.file) == [path + "/x.bin", path + "/y.bin"])
      #expect(golden.remarks.allSatisfy { $0.code == "DG0028" && $0.severity == .note })
    }
  }

  /// The second is that of the bytes 5 and 105, as `sha256sum` computes it.
  @Test(arguments: [
    (String(repeating: "0", count: 64), false),
    ("854b3143a2f3ad9b3ad04f33bfa80a439e992d456e5ae65105c8d1c61c61efda", true),
  ])
  func `a file is read only if it is the one that the manifest is of`(hash: String, isRead: Bool) throws {
    let entry = { (name: String, shape: String) in
      "{\"file\": \"\(name)\", \"dtype\": \"uint8\", \"n\": 1, \"shape\": \(shape)}"
    }
    let manifest = """
      {"golden": {"inputs": [\(entry("x.bin", "[2, 2, 3]"))], "outputs": [\(entry("y.bin", "[2, 1, 1]"))]},
       "files": {"y.bin": {"sha256": "\(hash)", "bytes": 2}, "x.bin": {"bytes": 12}}}
      """
    try Self.write(["manifest.json": manifest]) { path in
      try OutputFolderTests.put(Self.nchw.map { UInt8($0) }, path + "/x.bin")
      try OutputFolderTests.put([5, 105], path + "/y.bin")
      var refusal: Refusal?
      do { _ = try GoldenFolder.read(path, for: Self.network) } catch let error as Refusal { refusal = error }
      #expect((refusal == nil) == isRead)
      let found = "854b3143a2f3ad9b3ad04f33bfa80a439e992d456e5ae65105c8d1c61c61efda"
      if !isRead { #expect(refusal?.description.contains("y.bin: error: has SHA-256 \(found)") == true) }
    }
  }

  @Test(arguments: [
    (#"{"golden": {"inputs": [{"file": 3}]}}"#, "'golden.inputs[0].file' is 3, not a string"),
    (#"{"golden": {"inputs": []}}"#, "'golden.outputs' is missing"), ("{", "the document is no JSON"),
    (#"{"a": 0.5, "golden": {"inputs": [{"file": "", "dtype": "", "n": 1.5}]}}"#, "'golden.inputs[0].n' is 1.5, not a"),
    (#"{"files": {"3": {"sha256": []}}}"#, "'files.3.sha256' is an array, not a string"),
  ])
  func `what is wrong in a manifest is named by its place`(manifest: String, message: String) throws {
    try Self.write(["manifest.json": manifest]) { path in
      let refusal = #expect(throws: Refusal.self) { try GoldenFolder.read(path, for: Self.network) }
      #expect(refusal?.description.contains(message) == true, "\(String(describing: refusal))")
    }
  }

  @Test(arguments: [0, 1, 3]) func `golden outputs must be there, one for each sample`(samples: Int) throws {
    try OutputFolderTests.scratch { path in
      let stack = NPY.encode(Self.nchw + Self.nchw, type: .uint8, dimensions: [2, 2, 2, 3])
      try Data(stack).write(to: URL(fileURLWithPath: path + "/input0.npy"))
      if samples > 0 {
        let codes = [Int32](repeating: 5, count: 2 * samples)
        let answers = NPY.encode(codes, type: .uint8, dimensions: [samples, 2, 1, 1])
        try Data(answers).write(to: URL(fileURLWithPath: path + "/output0.npy"))
      }
      #expect(throws: Refusal.self) { try GoldenFolder.read(path, for: Self.network) }
    }
  }

  @Test func `floats beyond the integer border are named, not compared`() throws {
    var network = Self.network
    network.outputs[0] = Boundary(tensor: 1, cutTail: "DEQUANTIZE -> SOFTMAX -> p", floatsAreCodes: false)
    try OutputFolderTests.scratch { path in
      let sample = NPY.encode(Self.nchw, type: .uint8, dimensions: [1, 2, 2, 3])
      try Data(sample).write(to: URL(fileURLWithPath: path + "/input0.npy"))
      try Data(NPYTests.floatFile).write(to: URL(fileURLWithPath: path + "/output0.npy"))
      let golden = try GoldenFolder.read(path, for: network)
      #expect(golden.expected.isEmpty)
      #expect(golden.unmatched == ["output0.npy, floats beyond the last integer tensor"])
    }
  }

  @Test func `text files without any output are refused`() throws {
    try Self.write(["input.txt": Self.hwc.map { "\($0)\n" }.joined()]) { path in
      #expect(throws: Refusal.self) { try GoldenFolder.read(path, for: Self.network) }
    }
  }

  @Test func `nothing compared is no pass`() {
    var report = VerificationReport(model: "m", profile: .tflm, samples: 0)
    #expect(!report.passes)
    var host = BackendReport()
    host.outputs.compare([1], [1])
    report.backends[.host] = host
    #expect(report.passes)
    report.golden = GoldenReport()
    #expect(!report.passes)
    host.layers = [LayerComparison(name: "a", op: "softmax")]
    report.backends[.cluster] = host
    report.golden = nil
    #expect(!report.passes)
  }

  @Test func `DORY's text files are read in both orders`() throws {
    let lines = { (values: [Int32]) in "# header (shape 2x3x2)\n" + values.map { "\($0),\n" }.joined() }
    try Self.write(["input.txt": lines(Self.nchw), "out_layer0.txt": "5,\n105,\n"]) { path in
      let golden = try GoldenFolder.read(path, for: Self.network)
      #expect(golden.samples == [[Self.nchw]])
      #expect(golden.alternative.first?.samples == [[Self.hwc]])
      #expect(golden.expected.map(\.values) == [[5, 105]])
      #expect(golden.expected.map(\.tensor) == [1])
    }
  }

  @Test(arguments: ["1,\n", "1\n2\nthree\n", "1.5\n2\n"])
  func `text files that do not fit are refused`(text: String) throws {
    try Self.write(["input.txt": text]) { path in
      #expect(throws: Refusal.self) { try GoldenFolder.read(path, for: Self.network) }
    }
  }

  @Test func `an intermediate that is there twice is refused`() throws {
    let entry = #"{"name": "out", "dtype": "uint8", "shape": [2, 1, 1], "offset": 0, "nbytes": 2}"#
    let file = { (name: String, shape: String) in
      #"{"file": "\#(name)", "dtype": "uint8", "n": 1, "shape": \#(shape)}"#
    }
    let manifest = """
      {"golden": {"inputs": [\(file("x.bin", "[2, 2, 3]"))], "outputs": [\(file("y.bin", "[2, 1, 1]"))]}}
      """
    for (count, code) in [(1, nil), (2, "DG0023")] {
      let entries = Array(repeating: entry, count: count).joined(separator: ", ")
      try Self.write(["manifest.json": manifest, "tensors_sample0.json": "[\(entries)]"]) { path in
        try OutputFolderTests.put(Self.nchw.map { UInt8($0) }, path + "/x.bin")
        for name in ["y.bin", "tensors_sample0.bin"] { try OutputFolderTests.put([5, 105], "\(path)/\(name)") }
        var refusal: Refusal?
        do { _ = try GoldenFolder.read(path, for: Self.network) } catch let error as Refusal { refusal = error }
        #expect(refusal?.diagnostics.first?.code == code)
      }
    }
  }

  @Test func `comments and separators of text files hold no values`() throws {
    let input = "# 1 2 3\r\n" + Self.hwc.map { " \($0)" }.joined(separator: ",\t") + "\r\n#4"
    try Self.write(["input.txt": input, "out_layer0.txt": "\n\n5 105"]) { path in
      let golden = try GoldenFolder.read(path, for: Self.network)
      #expect(golden.samples == [[Self.hwc]])
    }
  }

  @Test func `a manifest that leaves its folder is refused`() throws {
    let manifest = """
      {"golden": {"inputs": [{"file": "../x.bin", "dtype": "uint8", "n": 1, "shape": [1, 2, 2, 3]}],
       "outputs": [{"file": "output0.bin", "dtype": "uint8", "n": 1, "shape": [1, 2, 1, 1]}]}}
      """
    try Self.write(["manifest.json": manifest]) { path in
      #expect(throws: Refusal.self) { try GoldenFolder.read(path, for: Self.network) }
    }
  }

  @Test func `codes outside the input's type are refused`() throws {
    try OutputFolderTests.scratch { path in
      let array = NPY.encode(Self.nchw.map { $0 + 200 }, type: .int32, dimensions: [1, 2, 2, 3])
      try Data(array).write(to: URL(fileURLWithPath: path + "/input0.npy"))
      #expect(throws: Refusal.self) { try SampleSource.files([path + "/input0.npy"]).load(for: Self.network) }
    }
  }

  @Test func `random samples depend on the seed alone`() throws {
    let first = try SampleSource.random(count: 3, seed: 5).load(for: Self.network)
    let second = try SampleSource.random(count: 3, seed: 5).load(for: Self.network)
    let other = try SampleSource.random(count: 3, seed: 6).load(for: Self.network)
    #expect(first.samples == second.samples)
    #expect(first.samples != other.samples)
  }
}
