package import NetworkIR
import Templates

/// Writes the C project of a planned network: layers, weights, runtime, kernels, host simulator, build files, and firmware for
/// PMSIS where it is asked for.
///
/// The result depends on its arguments alone. Formats what the plan says and decides nothing.
///
/// - Parameters:
///   - network: What the plan was made for; gives weights and arithmetic.
///   - plan: Where everything lies and how it moves.
///   - sample: An inference with its results, for firmware to check itself with; nil for a project without firmware.
/// - Returns: The files, in the order in which they are best read.
/// - Throws: Every place where plan and network contradict each other or something has no C, codes DG06nn.
package func emitProject(
  network: Network, plan: DeploymentPlan, sample: FirmwareSample? = nil
) throws(Refusal) -> [GeneratedFile] {
  let project = try ResolvedProject(network: network, plan: plan)
  var files = [
    GeneratedFile(path: "README.md", text: readme(project, hasFirmware: sample != nil)),
    GeneratedFile(path: "network.h", text: networkHeader(project)),
    GeneratedFile(path: "network.c", text: networkSource(project)),
    GeneratedFile(path: "layers/layers.h", text: layersHeader(project)),
  ]
  files += project.layers.map { GeneratedFile(path: "layers/\($0.planned.name).c", text: layerSource($0)) }
  files.append(GeneratedFile(path: "weights.h", text: weightsHeader(project)))
  files.append(GeneratedFile(path: "weights.bin", contents: project.weights.bytes))
  files.append(GeneratedFile(path: "simulator/simulation.c", text: simulationSource(project)))
  // The simulated cluster has no SDK: its program may take that share, too.
  let l2 = plan.items(of: .l2)
  let programBytes = ["code", "tables", "sdk"].reduce(0) { $0 + l2[$1, default: 0] }
  let configuration = simulationConfiguration(plan.target.figures, programBytes: programBytes)
  files.append(GeneratedFile(path: "cluster/target.cfg", text: configuration))
  files += Templates.files.map { GeneratedFile(path: $0.path, contents: $0.contents) }
  if let sample { files += firmwareFiles(project, sample) }
  return files
}
