using RobotRL.Policy;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RobotRL.Learning;

/// <summary>Losses that copy executed actions.</summary>
internal static class Cloning
{
    /// <summary>Actions are held this far inside ± 1 before the inverse tanh, whose ends are infinite.</summary>
    private const double Edge = 0.98;

    /// <summary>Lead in value that the demonstrated gripper command must keep over the others (DQfD, arXiv 1704.03732); small beside a reward of 1.</summary>
    private const float Margin = 0.1f;

    /// <summary>
    /// Squared error of the squashed mean, which is what acts without noise, plus the likelihood of the executed action in the deviation alone: the mean
    /// is not drawn to the tails that the inverse tanh makes of actions near ± 1, and the spread still follows the demonstrator's.
    /// </summary>
    public static Tensor ActorLoss(Tensor mean, Tensor deviation, Tensor actions, out Tensor error)
    {
        var residual = mean.tanh() - actions;
        error = residual.detach().abs().mean();
        var standardized = (actions.Clamped(-Edge, Edge).atanh() - mean.detach()) / deviation;
        return residual.Squared().sum(1).mean().Plus(standardized.Squared().Times(0.5).Plus(deviation.log()).sum(1).mean());
    }

    /// <summary>Cross-entropy of the gripper command, values read as logits.</summary>
    public static Tensor GripperLoss(Tensor values, Tensor commands) => F.cross_entropy(values, commands.squeeze(1));

    /// <summary>max_g [Q(s, g) + margin · (g ≠ g_E)] − Q(s, g_E): ranks the demonstrated command first without inflating values.</summary>
    /// <param name="values">[B, 3].</param>
    /// <param name="commands">Index of the executed command, [B, 1].</param>
    /// <param name="rows">Weight of each row, [B]; all rows count in full where it is null.</param>
    public static Tensor MarginLoss(Tensor values, Tensor commands, Tensor? rows = null)
    {
        var others = F.one_hot(commands.squeeze(1), values.shape[1]).logical_not();
        var margins = values.Plus(others.to(values.dtype).Times(Margin)).amax([1]) - values.gather(1, commands).squeeze(1);
        return (rows is null ? margins : margins * rows).mean();
    }

    /// <summary>Squared error of the squashed mean on the rows that count; it leaves the deviation to the policy's own objective.</summary>
    public static Tensor MeanError(Tensor mean, Tensor actions, Tensor rows) => ((mean.tanh() - actions).Squared().sum(1) * rows).mean();
}
