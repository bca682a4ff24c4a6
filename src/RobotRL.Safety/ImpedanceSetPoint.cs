using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>What a robot's own Cartesian impedance controller is to do: a spring and a damper to a moving pose, and a wrench on top.</summary>
/// <param name="PoseInBase">X_BE at the end of the period: m.</param>
/// <param name="TwistInBase">How that pose moves, of the end effector in base axes: m/s, rad/s. A controller that takes none follows with a lag.</param>
/// <param name="Stiffness">Within <see cref="SafetyLimits.Stiffness"/>, its rates included: N/m, Nm/rad, and the ratio ζ in D = 2 ζ √K.</param>
/// <param name="FeedForwardInBase">Exerted on the environment beside the spring, base axes: N up to the contact force, Nm up to the contact torque.</param>
public readonly record struct ImpedanceSetPoint(Pose PoseInBase, Twist TwistInBase, CartesianStiffness Stiffness, Wrench FeedForwardInBase);
