import NetworkIR
