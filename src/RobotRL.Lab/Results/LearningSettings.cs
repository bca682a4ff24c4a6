using System.Globalization;
using RobotRL.Model;

namespace RobotRL.Lab.Results;

/// <summary>The settings of a learner that say what a row of the comparison is: two runs that differ in one of them are two ways of learning.</summary>
/// <param name="Method">Name of a <see cref="LearningMethod"/>.</param>
/// <param name="CloningWeight">Weight of the cloning term on the rows that a human drove; 0 for plain RLPD. Of RLPD alone.</param>
/// <param name="PretrainSteps">Learner steps on the demonstrations before the policy acts.</param>
/// <param name="PolicyAverageRate">Rate at which the weights that act follow the trained ones, a learner step; null where the trained ones act.</param>
/// <param name="UpdateToData">Learner steps per environment step.</param>
public sealed record LearningSettings(string Method, double CloningWeight, int PretrainSteps, double? PolicyAverageRate, double UpdateToData)
{
    public static LearningSettings Of(LearnerParameters learner) =>
        new(learner.Method.ToString(), learner.CloningWeight, learner.PretrainSteps, learner.PolicyAverageRate, learner.UpdateToData);

    /// <summary>For a row of a table.</summary>
    public string Text => string.Join(", ", Parts);

    private IEnumerable<string> Parts
    {
        get
        {
            if (Method == nameof(LearningMethod.Rlpd)) yield return Number($"cloning weight {CloningWeight}");
            yield return Number($"{PretrainSteps} pretraining steps");
            yield return PolicyAverageRate is { } rate ? Number($"averaging rate {rate}") : "no averaging";
            if (Method != nameof(LearningMethod.BehaviourCloning)) yield return Number($"update ratio {UpdateToData}");
        }
    }

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
